namespace Dams.Ordering.Protocol;

/// <summary>The processes of a group, its timing and its limits. Immutable; the same in every process.</summary>
public sealed record GroupOptions
{
    /// <summary>The default of <see cref="LagEntriesMax"/>: about 200 MB of the smallest entries.</summary>
    public const long LagEntriesMaxDefault = 1_000_000;

    /// <summary>Which of the groups these options are for.</summary>
    public required GroupId Group { get; init; }

    /// <summary>Seats of the members, ascending.</summary>
    public required IReadOnlyList<byte> Members { get; init; }

    /// <summary>Sequencers in the order of preference.</summary>
    public required IReadOnlyList<byte> Sequencers { get; init; }

    /// <summary>Front ends, which get SYNC too.</summary>
    public required IReadOnlyList<byte> FrontEnds { get; init; }

    /// <summary>The role of the members on the network: managers in the managers' group, otherwise replicas.</summary>
    public NodeRole MemberRole => Group == GroupId.Managers ? NodeRole.Manager : NodeRole.Replica;

    /// <summary>How often the active sequencer sends SYNC, to show that it lives.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a member reports what it has.</summary>
    public TimeSpan StateInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The shortest silence of the sequencer after which a member suspects it.</summary>
    public TimeSpan SuspicionMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest such silence. Each member draws a random one in between, so that members don't act in step.</summary>
    public TimeSpan SuspicionMax { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>How often everything that belongs to a change of epoch is repeated.</summary>
    public TimeSpan EpochRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The i-th sequencer in the order of preference waits i times this before it becomes a candidate.</summary>
    public TimeSpan CandidateStagger { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>A suspicion or a view summary that is older than this no longer counts.</summary>
    public TimeSpan EvidenceLifetime { get; init; } = TimeSpan.FromMilliseconds(350);

    /// <summary>A candidate without progress for this long starts again with a higher epoch.</summary>
    public TimeSpan CandidatePatience { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>An installation is reported as in vain if its fetched entries have not fitted for this long.</summary>
    public TimeSpan InstallPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a joiner repeats its requests.</summary>
    public TimeSpan JoinRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A joiner has caught up when it has at most this many committed entries left to execute.</summary>
    public int CaughtUpWithin { get; init; } = 64;

    /// <summary>A member whose disk has made no progress for this long, while others' have, is reported as a laggard.</summary>
    public TimeSpan LaggardAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Like <see cref="LaggardAfter"/>, but for a member that does not vote yet. Fetching a big snapshot takes a while,
    /// and meanwhile its disk shows no progress.
    /// </summary>
    public TimeSpan JoinerLaggardAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// A voting member that is more entries than this behind what is committed is a laggard, even if it makes progress.
    /// The others keep their logs for it.
    /// </summary>
    public long LagEntriesMax { get; init; } = LagEntriesMaxDefault;

    /// <summary>
    /// A sequencer that has heard fewer than Q voters for this long stops sending SYNC: it must not look alive when it
    /// is deaf.
    /// </summary>
    public TimeSpan DeafAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a member waits before it asks for a gap that only a number shows. The missing entries may be on their
    /// way.
    /// </summary>
    public TimeSpan NakDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long until a negative acknowledgement is repeated for the first time. Doubles with each repetition.</summary>
    public TimeSpan NakRetryMin { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The longest time between repetitions of a negative acknowledgement.</summary>
    public TimeSpan NakRetryMax { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The sequencer does not answer the same NAK of the same member again within this time (retransmit linger).</summary>
    public TimeSpan RetransmitLinger { get; init; } = TimeSpan.FromMilliseconds(3);

    /// <summary>How often a member asks the sequencer for a gap before it asks another member.</summary>
    public int NakTriesAtSequencer { get; init; } = 3;

    /// <summary>
    /// How many entries may be ordered and not committed; beyond that the sequencer answers BUSY. Also how far beyond a
    /// gap a member holds entries back.
    /// </summary>
    public int WindowEntriesMax { get; init; } = 1024;

    /// <summary>How many entries the sequencer's history buffer holds.</summary>
    public int HistoryEntriesMax { get; init; } = 8192;

    /// <summary>How many payload bytes the sequencer's history buffer holds.</summary>
    public long HistoryBytesMax { get; init; } = 64L << 20;

    /// <summary>How often a manager repeats an operator's request to skip an entry.</summary>
    public TimeSpan SkipRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a manager repeats such a request. The operator can give the command again.</summary>
    public TimeSpan SkipPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A skip that no manager has asked for in this time is no longer open.</summary>
    public TimeSpan SkipLifetime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most entries in answer to one NAK.</summary>
    public int RetransmitEntriesMax { get; init; } = 32;

    /// <summary>The most entries in answer to one FETCH.</summary>
    public int FetchEntriesMax { get; init; } = 128;

    /// <summary>How long BUSY tells a front end to wait when the window is full, in milliseconds.</summary>
    public int BusyRetryMilliseconds { get; init; } = 20;

    /// <summary>
    /// A working member stamps its folder again after this long. An older copy of the folder is noticed if it dates
    /// from before the last stamp.
    /// </summary>
    public TimeSpan StampInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest time after which a working member asks a silent one again to confirm its stamp. The times begin at
    /// <see cref="JoinRetry"/> and double. A member that is heard again is asked at once.
    /// </summary>
    public TimeSpan StampRetryMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether what a member acknowledges is still there after a power cut. If not, the cut may leave every folder
    /// older than the others know. Then no folder is checked, because all of them might be refused.
    /// </summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>
    /// How many other members must confirm that a folder is the newest before its member works. An epoch of all members
    /// needs as many besides the member itself, so a restart never needs more members than such an epoch. With four
    /// members, any two sets of two among the three others overlap. With three members, one of the two others is
    /// enough, and it knows only what it was told.
    /// </summary>
    public int ConfirmationsNeeded
    {
        get => _confirmationsNeeded ?? (IsDurable ? View.EpochQuorumOf(Members.Count) - 1 : 0);
        internal init => _confirmationsNeeded = value;
    }

    private readonly int? _confirmationsNeeded;

    /// <summary>The node of the member in a seat.</summary>
    public NodeId Member(byte id) => new(MemberRole, id);
}
