namespace Dams.Ordering.Protocol;

/// <summary>Who is who in a group, and its timing. Immutable; the same in every process.</summary>
public sealed record GroupOptions
{
    /// <summary>Some 200 MB of the smallest entries.</summary>
    public const long LagEntriesMaxDefault = 1_000_000;

    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>Slots of the members, ascending.</summary>
    public required IReadOnlyList<byte> Members { get; init; }

    /// <summary>Sequencers in the order of preference.</summary>
    public required IReadOnlyList<byte> Sequencers { get; init; }

    /// <summary>Front ends, which get SYNC too.</summary>
    public required IReadOnlyList<byte> FrontEnds { get; init; }

    /// <summary>What the members are on the network.</summary>
    public NodeRole MemberRole => Group == GroupId.Managers ? NodeRole.Manager : NodeRole.Replica;

    /// <summary>How often the active sequencer shows that it lives.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a member says what it has.</summary>
    public TimeSpan StateInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A member suspects the sequencer after a random silence from here …</summary>
    public TimeSpan SuspicionMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>… to here, so that members don't act in step.</summary>
    public TimeSpan SuspicionMax { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>Repetition of everything that belongs to a change of epoch.</summary>
    public TimeSpan EpochRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The i-th sequencer in the order of preference waits i times this before it becomes a candidate.</summary>
    public TimeSpan CandidateStagger { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>A suspicion or a summary older than this no longer counts.</summary>
    public TimeSpan EvidenceLifetime { get; init; } = TimeSpan.FromMilliseconds(350);

    /// <summary>A candidate without progress for this long starts again with a higher epoch.</summary>
    public TimeSpan CandidatePatience { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>An installation whose fetched entries have not fitted for this long is said to be in vain.</summary>
    public TimeSpan InstallPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a joiner repeats what it asks for.</summary>
    public TimeSpan JoinRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A joiner this close to what is committed has caught up.</summary>
    public int CaughtUpWithin { get; init; } = 64;

    /// <summary>A member whose disk has made no progress for this long, while others' have, is reported as a laggard.</summary>
    public TimeSpan LaggardAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>As <see cref="LaggardAfter"/>, of a member that does not vote yet: fetching a big snapshot takes a while, and meanwhile its disk says nothing.</summary>
    public TimeSpan JoinerLaggardAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A member that is this far behind what is committed is a laggard even if it moves: the others keep their logs for it.</summary>
    public long LagEntriesMax { get; init; } = LagEntriesMaxDefault;

    /// <summary>A sequencer that has heard fewer than Q voters for this long stops sending SYNC: it must not look alive when it is deaf.</summary>
    public TimeSpan DeafAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A gap that only a number shows is asked for after this (what is missing may be on its way).</summary>
    public TimeSpan NakDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The first repetition of a negative acknowledgement; doubles.</summary>
    public TimeSpan NakRetryMin { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The longest time between repetitions.</summary>
    public TimeSpan NakRetryMax { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The sequencer does not answer the same NAK of the same member again within this (retransmit linger).</summary>
    public TimeSpan RetransmitLinger { get; init; } = TimeSpan.FromMilliseconds(3);

    /// <summary>Tries at the sequencer before a member is asked.</summary>
    public int NakTriesAtSequencer { get; init; } = 3;

    /// <summary>Entries ordered and not committed; more is BUSY. Also how far ahead a member holds entries back.</summary>
    public int WindowEntriesMax { get; init; } = 1024;

    /// <summary>Entries in the sequencer's history buffer.</summary>
    public int HistoryEntriesMax { get; init; } = 8192;

    /// <summary>Payload bytes in the sequencer's history buffer.</summary>
    public long HistoryBytesMax { get; init; } = 64L << 20;

    /// <summary>How often a manager repeats an operator's wish to skip an entry …</summary>
    public TimeSpan SkipRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>… and for how long: the operator can say it again.</summary>
    public TimeSpan SkipPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A skip that no manager has asked for in this time is no longer open.</summary>
    public TimeSpan SkipLifetime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Entries in answer to one NAK.</summary>
    public int RetransmitEntriesMax { get; init; } = 32;

    /// <summary>Entries in answer to one FETCH.</summary>
    public int FetchEntriesMax { get; init; } = 128;

    /// <summary>What a front end is told to wait when the window is full, in milliseconds.</summary>
    public int BusyRetryMilliseconds { get; init; } = 20;

    /// <summary>
    /// A member that works stamps its folder again after this long. An older copy of the folder is noticed if it is from before the last
    /// stamp.
    /// </summary>
    public TimeSpan StampInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether what a member acknowledges is still there after a power cut. If not, the cut may leave any folder older than others know, and
    /// nobody is kept from working on it: else all could be.
    /// </summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>
    /// So many other members must confirm that a folder is the newest before its member works: no more than an epoch needs besides it, so
    /// that a restart needs nobody whom an epoch doesn't. Two sets of two among three others meet; with three members, one of two others
    /// knows only what it was told.
    /// </summary>
    public int ConfirmationsNeeded
    {
        get => _confirmationsNeeded ?? (IsDurable ? View.EpochQuorumOf(Members.Count) - 1 : 0);
        internal init => _confirmationsNeeded = value;
    }

    private readonly int? _confirmationsNeeded;

    /// <summary>The rule that is taken out.</summary>
    internal Mutant Mutant { get; init; }

    /// <summary>The node of a member.</summary>
    public NodeId Member(byte id) => new(MemberRole, id);
}
