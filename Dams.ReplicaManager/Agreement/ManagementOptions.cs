using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>The rules of replacing, and the timing of what a manager looks at. Immutable; what is agreed on must be the same at every manager.</summary>
internal sealed record ManagementOptions
{
    /// <summary>The slots of the replicas, which are those of the managers too.</summary>
    public required IReadOnlyList<byte> Slots { get; init; }

    /// <summary>Votes of managers other than the accused's own that decide.</summary>
    public int VotesToDecide { get; init; } = 2;

    /// <summary>Healthy replicas that must be left to copy from.</summary>
    public int DonorsMin { get; init; } = 2;

    /// <summary>So many replacements of one slot …</summary>
    public int ReplacementsMax { get; init; } = 3;

    /// <summary>… within this time, and it is degraded: what can't be mended by replacing is left to a person.</summary>
    public TimeSpan ReplacementsWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A replica whose manager starts it again is not voted dead for this long …</summary>
    public TimeSpan RestartHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>… so often in <see cref="ReplacementsWithin"/>.</summary>
    public int RestartsMax { get; init; } = 3;

    /// <summary>A replacement that has not come to vote after this is overdue: the slot is shown as dead, and others may be replaced.</summary>
    public TimeSpan ReplacementPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A suspect is watched for this long before a vote.</summary>
    public TimeSpan ProbeTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Entries that the others keep for a replica that is behind; one that is further behind is replaced, which is faster than catching up.</summary>
    public long LagEntriesMax { get; init; } = GroupOptions.LagEntriesMaxDefault;

    /// <summary>How often a suspect is asked.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a manager looks at its own replica.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the state digests of all replicas are compared.</summary>
    public TimeSpan DigestInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A minority that stays is told so often: others may have found otherwise, and it goes on.</summary>
    public TimeSpan MinorityPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An inquiry waits so long for answers.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A replica's process that ends so often without having been seen in between can't be started: more often than by two deaths of a poison entry and some bad luck.</summary>
    public int FailedStartsMax { get; init; } = 6;

    /// <summary>Entries between two durable snapshots of the agreed state, behind which the log is trimmed.</summary>
    public int SnapshotEntries { get; init; } = 1_000;

    /// <summary>Events that are kept for people.</summary>
    public int EventsMax { get; init; } = 200;

    /// <summary>The rule that is taken out.</summary>
    public ManagementMutant Mutant { get; init; }
}

/// <summary>A rule of detection, agreement or replacement that is taken out, so that the simulation can be seen to miss it. Set by tests only.</summary>
internal enum ManagementMutant
{
    /// <summary>All rules stand.</summary>
    None = 0,

    /// <summary>A front end's word is enough to replace.</summary>
    VerdictIsEnough,

    /// <summary>A suspicion is enough to replace.</summary>
    SuspicionIsEnough,

    /// <summary>One vote decides.</summary>
    OneVoteDecides,

    /// <summary>The accused's own manager votes as well, always for its replica's death.</summary>
    OwnManagerVotes,

    /// <summary>Several replacements at a time.</summary>
    ReplacesAtOnce,

    /// <summary>Nobody counts whether there are enough left to copy from.</summary>
    DonorsAreNotCounted,

    /// <summary>There is no end to the replacements of one slot.</summary>
    ReplacesForEver,

    /// <summary>What is said of a replaced incarnation is taken for the next one.</summary>
    CaseOutlivesIncarnation,

    /// <summary>A restart under way does not hold the votes.</summary>
    RestartIsNotHeld,

    /// <summary>A vote that is ordered twice counts twice.</summary>
    VotesAreCountedTwice,

    /// <summary>A missing state digest accuses.</summary>
    MissingDigestAccuses,

    /// <summary>Who has seen another's state with the majority, where or after somebody else has not, does not say so.</summary>
    StateIsNeverAcquitted,

    /// <summary>A reply that can't be had accuses.</summary>
    MissingReplyAccuses,

    /// <summary>A manager that nobody answers, or that stood still itself, votes for death.</summary>
    BlindVote,

    /// <summary>The manager starts a new incarnation before the old one has left.</summary>
    ReplacedBeforeItLeft,
}
