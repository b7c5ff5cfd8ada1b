using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <summary>Takes the committed entries of a member in sequence, each once.</summary>
public interface IEntryConsumer
{
    /// <summary>The next entry of the order.</summary>
    void OnDelivered(Entry entry, Instant now);

    /// <summary>The next entry of the order, which nobody executes: its request has failed for everyone.</summary>
    void OnSkipped(Entry entry, Instant now);
}

/// <summary>
/// A member of the group. It keeps the durable log, reports what it has stored, executes what is committed, and takes
/// part in changes of epoch. Pure and single-threaded; its only doors are the log, the outbox and the consumer. It is
/// Kaashoek's receiver with resilience degree 1. Epochs and durable promises follow Viewstamped Replication.
/// </summary>
public sealed partial class GroupMember : IProtocol
{
    private readonly GroupOptions _options;
    private readonly byte _id;
    private readonly IMemberLog _log;
    private readonly Outbox _outbox;
    private readonly IEntryConsumer _consumer;
    private readonly SeededRandom _random;
    private readonly HoldBackBuffer _held;
    private readonly LossDetector _losses;
    private readonly List<Entry> _appending = [];
    private readonly Queue<PendingWrite> _writes = [];

    private Incarnation _incarnation;
    private Reign _promised;
    private Reign _installed;
    private View _view;
    private SequenceNumber _contiguous;
    private Chain _chain;
    private SequenceNumber _durable;
    private SequenceNumber _executed;
    private SequenceNumber _commit;
    private SequenceNumber _gc;
    private SequenceNumber _maxKnown;
    private SequenceNumber _historyFrom = new(1);
    private long _lastTime;
    private MemberRecord? _recordDirty;
    private NodeId? _promiseTo;
    private NodeId? _installAckTo;
    private bool _ackDue;
    private Instant _stateAt;
    private Instant _suspectAt;
    private Instant? _heardAt;

    /// <summary>Makes a member that continues from its log.</summary>
    /// <param name="options">The options of the group, the same in every process.</param>
    /// <param name="id">The seat of this member.</param>
    /// <param name="log">The durable log, which may hold what earlier boots wrote.</param>
    /// <param name="outbox">Takes the messages and flushes that the member wants.</param>
    /// <param name="consumer">Executes the committed entries.</param>
    /// <param name="seed">For jitter and the nonces of stamps; another one at each start.</param>
    /// <param name="restored">
    /// The position of the durable snapshot that the consumer was restored from; null if the consumer begins empty.
    /// </param>
    /// <param name="mark">What survives a death in an entry; null if no entry of the group can kill.</param>
    public GroupMember(
        GroupOptions options, byte id, IMemberLog log, Outbox outbox, IEntryConsumer consumer, ulong seed,
        SnapshotPosition? restored = null, IExecutionMark? mark = null)
    {
        _options = options;
        _id = id;
        _log = log;
        _outbox = outbox;
        _consumer = consumer;
        _random = new SeededRandom(seed);
        _mark = mark ?? new VolatileExecutionMark();
        _renounced = [.. _mark.Renounced];
        _held = new HoldBackBuffer(options.WindowEntriesMax);
        _losses = new LossDetector(options, _random);
        var record = log.Record;
        _incarnation = record.Incarnation;
        _promised = record.Promised;
        _installed = record.Installed;
        _view = record.View;
        _contiguous = _durable = _maxKnown = log.Last;
        _executed = SequenceNumber.Max(log.Base, restored?.Seq ?? SequenceNumber.Zero);
        _chain = log.Last == log.Base ? log.BaseChain : log.Read(log.Last)!.Chain;
        // A log that was trimmed to its end has no entry that tells the time. The snapshot behind which it was trimmed
        // tells it.
        _lastTime = log.Last == log.Base ? restored?.Time ?? 0 : log.Read(log.Last)!.Time;
        _commit = SequenceNumber.Max(SequenceNumber.Min(log.CommitHint, log.Last), _executed);
        _stamps = new FolderStamps(options, id, log, outbox, seed);
        _confirmedState = _installed.Epoch != Epoch.None && _installed == _promised ? MemberState.Following : MemberState.Promised;
        if (restored is not null && _installed.Epoch == Epoch.None)
        {
            // A joiner: it has installed nothing, so its position comes from the snapshot.
            _restored = restored;
            _isCopying = log.Last > SequenceNumber.Zero;
            _confirmedState = restored.Seq > log.Last ? MemberState.Joining : MemberState.Promised;
        }

        State = _stamps.MayWork ? _confirmedState : MemberState.Unconfirmed;
    }

    /// <summary>What the member is doing.</summary>
    public MemberState State { get; private set; }

    /// <summary>Why the member halted, or what shows that its folder is outdated; null if neither is so.</summary>
    public string? HaltReason { get; private set; }

    /// <summary>Whether this incarnation is over for good: halted, outdated or left.</summary>
    public bool IsOver => State is MemberState.Halted or MemberState.Outdated or MemberState.Left;

    /// <summary>
    /// Whether the entries that others give for an installation have not led to the chosen tail for
    /// <see cref="GroupOptions.InstallPatience"/>. The member takes none of them and goes on asking, because a sender
    /// may still have a tail that it will lose. If this lasts, the member has executed something that the group does
    /// not have.
    /// </summary>
    public bool IsInstallingInVain { get; private set; }

    /// <summary>The seat of this member.</summary>
    public byte Id => _id;

    /// <summary>The identity of its data folder.</summary>
    public Incarnation Incarnation => _incarnation;

    /// <summary>The claim that the member has promised to obey.</summary>
    public Reign Promised => _promised;

    /// <summary>The claim that the member has installed: its log is a prefix of the order of that epoch.</summary>
    public Reign Installed => _installed;

    /// <summary>The members as of the log's end.</summary>
    public View View => _view;

    /// <summary>Whether this incarnation votes, and its replies count.</summary>
    public bool IsVoter => _view.IsVoter(_id, _incarnation);

    /// <summary>Last number received in order.</summary>
    public SequenceNumber Contiguous => _contiguous;

    /// <summary>Last number on disk.</summary>
    public SequenceNumber Durable => _durable;

    /// <summary>Last number executed.</summary>
    public SequenceNumber Executed => _executed;

    /// <summary>Last number known to be committed.</summary>
    public SequenceNumber CommitSeq => _commit;

    /// <summary>The last number that every member has on disk, as the sequencer says.</summary>
    public SequenceNumber GcSeq => _gc;

    /// <summary>The chain value at <see cref="Contiguous"/>.</summary>
    public Chain Chain => _chain;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; }

    /// <summary>Entries held beyond a gap.</summary>
    internal int HeldCount => _held.Count;

    /// <summary>Entries held beyond a gap while a new epoch is installed.</summary>
    internal int EarlyCount => _installation?.Early.Count ?? 0;

    private Epoch HeaderEpoch => State == MemberState.Following ? _installed.Epoch : Epoch.None;

    private MemberProgress Progress => new(_incarnation, _contiguous, _durable, _executed);

    /// <summary>
    /// Starts the member. As soon as others have confirmed its folder, it works and replays what is known to be
    /// committed. Call once.
    /// </summary>
    public void Start(Instant now)
    {
        _stamps.Start(now);
        TakeStock();
        if (_stamps.MayWork)
            BecomeConfirmed(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (State == MemberState.Outdated && message is Sync seen)
            OnSyncOfOutdated(envelope, seen);
        if (IsOver)
            return;
        if (State == MemberState.Unconfirmed && message is not (StampReq or StampAck or Nak or Fetch))
            return;
        switch (message)
        {
            case StampReq m: _stamps.OnRequest(envelope.From, m, _view); break;
            case StampAck m: OnStampAck(envelope, m, now); break;
            case Order m when IsFromReign(envelope, now): OnOrder(m.Entry, now); break;
            case Retrans m when IsFromReign(envelope, now): OnOrder(m.Entry, now); break;
            case Commit m when _options.Mutant == Mutant.CommitIsObeyedAcrossEpochs || IsFromReign(envelope, now): OnCommit(m, now); break;
            case Sync m:
                OnMembershipSeen(envelope, m, now);
                if (State != MemberState.Left && IsFromReign(envelope, now))
                    OnSync(envelope, m, now);
                break;
            case Fetched m: OnFetched(envelope, m, now); break;
            case Nak m: OnNak(envelope, m); break;
            case Fetch m: OnFetch(envelope, m); break;
            case Prepare m: OnPrepare(envelope, m, now); break;
            case NewView m: OnNewView(envelope, m, now); break;
            case GetView: OnGetView(envelope, now); break;
            case SkipAsk m: OnSkipAsk(envelope, m, now); break;
        }
    }

    /// <inheritdoc/>
    public void OnTimer(Instant now)
    {
        if (IsOver)
        {
            NextDeadline = Instant.Never;
            return;
        }

        if (now >= _stamps.NextDeadline)
            _stamps.OnTimer(now);
        if (State == MemberState.Unconfirmed)
        {
            UpdateDeadline();
            return;
        }

        if (now >= _stateAt)
            OnStateTimerElapsed(now);
        if (now >= _suspectAt)
            OnSuspicionTimerElapsed(now);
        if (now >= _losses.Due)
            OnLossTimerElapsed(now);
        if (now >= _installRetryAt)
            OnInstallTimerElapsed(now);
        if (now >= _joinAt)
            OnJoinTimerElapsed(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        if (State is MemberState.Halted or MemberState.Outdated)
            return;
        if (now >= _losses.Due)
            OnLossTimerElapsed(now);
        FollowCatchingUp(now);
        WriteBatch(null);
        if (_ackDue && State == MemberState.Following)
            SendToSequencer(new Stored(Progress));
        _ackDue = false;
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now)
    {
        while (_writes.TryPeek(out var pending) && pending.Write <= write)
        {
            _writes.Dequeue();
            if (State is MemberState.Halted or MemberState.Outdated)
                continue;
            _stamps.OnDurable(pending.Stamps, now);
            _durable = SequenceNumber.Min(pending.Last, _contiguous);
            _ackDue = true;
            if (pending.PromiseTo is { } candidate && pending.Promised == _promised)
                SendPromise(candidate);
            if (pending.InstallAckTo is { } sequencer && pending.Installed == _installed)
                _outbox.Send(sequencer, HeaderEpoch, new NewViewAck(_installed, Progress));
        }
    }

    private void OnStateTimerElapsed(Instant now)
    {
        _stateAt = now + _options.StateInterval;
        if (State == MemberState.Following)
            SendToSequencer(new State(Progress, _writes.Count));
    }

    /// <summary>Writes what was collected as one atomic batch. The shell flushes it afterwards.</summary>
    private void WriteBatch(SequenceNumber? cutTo)
    {
        var record = _recordDirty;
        if (record is not null || _stamps.Changes > _stampsWritten)
            record = (record ?? _log.Record) with { Stamps = _stamps.ToRecord() };
        if (_appending.Count == 0 && record is null && cutTo is null)
            return;
        var batch = new LogBatch(cutTo, [.. _appending], record, SequenceNumber.Min(_commit, _contiguous));
        var write = _log.Write(batch);
        if (_appending.Count > 0 || _recordDirty is not null)
            _stamps.OnWorked();
        _stampsWritten = _stamps.Changes;
        _appending.Clear();
        _writes.Enqueue(new PendingWrite(write, _contiguous, _recordDirty is null ? null : _promiseTo, _promised,
            _recordDirty is null ? null : _installAckTo, _installed, _stampsWritten));
        _recordDirty = null;
        _promiseTo = _installAckTo = null;
        _outbox.WantFlush(write);
        if (_options.Mutant == Mutant.AcknowledgedBeforeFlush)
        {
            _durable = _contiguous;
            _ackDue = true;
        }
    }

    private Entry? EntryAt(SequenceNumber seq)
    {
        if (_appending.Count > 0 && seq >= _appending[0].Seq && seq <= _contiguous)
            return _appending[(int)(seq - _appending[0].Seq)];
        return _log.Read(seq);
    }

    private Chain? ChainAt(SequenceNumber seq) =>
        seq == _contiguous ? _chain : seq == _log.Base ? _log.BaseChain : EntryAt(seq)?.Chain;

    private void Execute(Instant now)
    {
        while ((_executed < _commit || _options.Mutant == Mutant.ExecutedOnOrder) && _executed < _contiguous
            && State is not (MemberState.Joining or MemberState.Halted))
        {
            var entry = EntryAt(_executed.Next);
            Invariant.That(entry is not null && entry.Seq == _executed.Next);
            if (!TryPass(entry, now))
                return;
            if (IsOwnLeave(entry))
                BecomeLeft();
        }
    }

    private void Halt(string reason)
    {
        State = MemberState.Halted;
        End(reason);
    }

    private void End(string reason)
    {
        HaltReason = reason;
        _held.Clear();
        _losses.Reset();
        NextDeadline = Instant.Never;
    }

    private void SendToSequencer(Message message) => _outbox.Send(NodeId.Sequencer(_installed.Epoch.Sequencer), HeaderEpoch, message);

    private void UpdateDeadline() => NextDeadline = State switch
    {
        MemberState.Halted or MemberState.Outdated or MemberState.Left => Instant.Never,
        MemberState.Unconfirmed => _stamps.NextDeadline,
        _ => Instant.Earlier(
            Instant.Earlier(Instant.Earlier(_stateAt, _suspectAt), Instant.Earlier(_losses.Due, _installRetryAt)),
            Instant.Earlier(_joinAt, _stamps.NextDeadline)),
    };

    /// <summary>What to do when a write is on disk.</summary>
    private readonly record struct PendingWrite(
        long Write, SequenceNumber Last, NodeId? PromiseTo, Reign Promised, NodeId? InstallAckTo, Reign Installed, long Stamps);
}
