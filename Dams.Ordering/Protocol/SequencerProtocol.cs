using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>What a sequencer is doing.</summary>
public enum SequencerState
{
    /// <summary>Waits, and takes over when Q members say that no sequencer is active.</summary>
    Standby,

    /// <summary>Collects promises for its next epoch, and fetches the tail of the log that it chose.</summary>
    Candidate,

    /// <summary>Has sent NEWVIEW and waits for Q durable installs.</summary>
    Installing,

    /// <summary>Leads its epoch: orders requests.</summary>
    Active,
}

/// <summary>
/// A sequencer of a group: active in at most one epoch, or a standby. It gives every request the next number and a
/// time, keeps the history buffer, counts what is stored, and says what is committed. It has no log of its own: after a
/// change of epoch it fetches what it needs. Pure and single-threaded. It uses the PB method with resilience degree 1
/// (Kaashoek). Its change of epoch is a view change of Viewstamped Replication.
/// </summary>
public sealed partial class SequencerProtocol : IProtocol
{
    private readonly GroupOptions _options;
    private readonly byte _id;
    private readonly BootId _boot;
    private readonly Outbox _outbox;
    private readonly SeededRandom _random;
    private readonly HistoryBuffer _history;
    private readonly HoldBackBuffer _early;
    private readonly Dictionary<byte, MemberTrack> _members = [];

    private Epoch _highestSeen;
    private Epoch _epoch;
    private byte _believedActive;
    private Chain _chain;
    private SequenceNumber _max;
    private SequenceNumber _commit;
    private SequenceNumber _gc;
    private long _time;
    private View _view = View.None;
    private View _viewBefore = View.None;
    private bool _commitDue;
    private Instant _syncAt = Instant.Never;

    /// <summary>Makes a sequencer that has just started. It is always a standby, whatever it was before. The seed is for jitter.</summary>
    public SequencerProtocol(GroupOptions options, byte id, BootId boot, Outbox outbox, ulong seed)
    {
        _options = options;
        _id = id;
        _boot = boot;
        _outbox = outbox;
        _random = new SeededRandom(seed);
        _history = new HistoryBuffer(options.HistoryEntriesMax, options.HistoryBytesMax);
        _early = new HoldBackBuffer(options.FetchEntriesMax);
        foreach (var member in options.Members)
            _members.Add(member, new MemberTrack());
    }

    /// <summary>What the sequencer is doing.</summary>
    public SequencerState State { get; private set; }

    /// <summary>The epoch that it leads or tries to lead; none as a standby.</summary>
    public Epoch Epoch => _epoch;

    /// <summary>Its number among the sequencers.</summary>
    public byte Id => _id;

    /// <summary>The boot of this process.</summary>
    public BootId Boot => _boot;

    /// <summary>The last number that was given to an entry.</summary>
    public SequenceNumber MaxSeq => _max;

    /// <summary>The last committed number.</summary>
    public SequenceNumber CommitSeq => _commit;

    /// <summary>The view after the last appended membership entry.</summary>
    public View View => _view;

    /// <summary>The entries that it can send again.</summary>
    internal HistoryBuffer History => _history;

    /// <summary>Entries held beyond a gap while a tail is fetched.</summary>
    internal int EarlyCount => _early.Count;

    /// <summary>How often this process has become active.</summary>
    public int Activations { get; private set; }

    /// <summary>
    /// The seats of members that have not been heard from, for people who wait for a first start. Empty as soon as any
    /// sequencer is known to have become active, because then this is no first start.
    /// </summary>
    public IReadOnlyList<byte> WaitedFor => _believedActive != 0
        ? []
        : [.. _members.Where(pair => pair.Value.Promise is null && pair.Value.Summary is null).Select(pair => pair.Key).Order()];

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; }

    /// <summary>Starts its timers. Call once.</summary>
    public void Start(Instant now)
    {
        BecomeStandby(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (IsFenced(envelope, message, now))
            return;
        switch (message)
        {
            case Req m: OnReq(envelope, m, now); break;
            case Stored m: OnProgress(envelope, m.Progress, now); break;
            case State m: OnProgress(envelope, m.Progress, now); break;
            case Nak m: OnNak(envelope, m, now); break;
            case Missing m: OnMissing(envelope, m); break;
            case Promise m: OnPromise(envelope, m, now); break;
            case Fetched m: OnFetched(m, now); break;
            case Fetch m: OnFetch(envelope, m); break;
            case NewViewAck m: OnNewViewAck(envelope, m, now); break;
            case ViewSummary m: OnViewSummary(envelope, m, now); break;
            case SeqSuspect m: OnSeqSuspect(envelope, m, now); break;
            case JoinReq m: OnJoinReq(envelope, m, now); break;
            case CaughtUp m: OnCaughtUp(envelope, m, now); break;
            case LeaveReq m: OnLeaveReq(envelope, m, now); break;
            case HandOver m: OnHandOver(envelope, m, now); break;
            case SkipReq m: OnSkipReq(envelope, m, now); break;
            case SkipVote m: OnSkipVote(envelope, m, now); break;
            case GetView: OnGetView(envelope); break;
            case Sync: OnSyncOfAnother(envelope, now); break;
        }
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => Invariant.That(false, "a sequencer has no log");

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        if (now >= _syncAt)
            OnSyncTimerElapsed(now);
        if (now >= _epochTimer)
            OnEpochTimerElapsed(now);
        if (now >= _skipAt)
            OnSkipTimerElapsed(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        if (State == SequencerState.Active && _commitDue)
        {
            var commit = new Commit(_max, _commit, _gc);
            SendToMembers(commit);
        }

        _commitDue = false;
        UpdateDeadline();
    }

    /// <summary>
    /// A higher epoch in any message ends this sequencer's epoch at once: it answers nothing from the memory of another
    /// epoch.
    /// </summary>
    private bool IsFenced(in Envelope envelope, Message message, Instant now)
    {
        var higher = envelope.Epoch;
        var sameEpochOtherBoot = false;
        if (message is Refused refused)
        {
            higher = refused.Promised.Epoch;
            sameEpochOtherBoot = higher == _epoch && refused.Promised.Boot != _boot;
        }

        if (higher > _highestSeen)
            _highestSeen = higher;
        if (State == SequencerState.Standby || (higher <= _epoch && !sameEpochOtherBoot))
            return message is Refused;
        BecomeStandby(now);
        return message is Refused;
    }

    private int EpochQuorumOf(View view) => _options.Mutant == Mutant.EpochQuorumOfTwo ? Math.Min(2, view.Voters) : view.EpochQuorum;

    private int CommitQuorumOf(View view) => _options.Mutant == Mutant.CommitQuorumOfOne ? 1 : view.CommitQuorum;

    private void UpdateDeadline() => NextDeadline = Instant.Earlier(Instant.Earlier(_syncAt, _epochTimer), _skipAt);

    /// <summary>What this sequencer knows about one member.</summary>
    private sealed class MemberTrack
    {
        /// <summary>What the member has in this epoch; null until it is heard in this epoch.</summary>
        public MemberProgress? Progress { get; set; }

        public Instant? HeardAt { get; set; }

        public Promise? Promise { get; set; }

        public ViewSummary? Summary { get; set; }

        public Instant SummaryAt { get; set; }

        public SeqSuspect? Suspicion { get; set; }

        public Instant SuspicionAt { get; set; }

        /// <summary>When the member's durable number last grew, or had nothing to grow by.</summary>
        public Instant AdvancedAt { get; set; }

        public Nak? LastNak { get; set; }

        public Instant LastNakAt { get; set; }

        public void ForgetEpoch()
        {
            Progress = null;
            Promise = null;
            Suspicion = null;
            LastNak = null;
        }
    }
}
