using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <summary>
/// A member of the group. It keeps the durable log, reports what it has stored, executes what is committed, and takes
/// part in changes of epoch. Pure and single-threaded; its only doors are the log, the outbox and the consumer. It is
/// Kaashoek's receiver with resilience degree 1. Epochs and durable promises follow Viewstamped Replication. This class
/// decides whom the member obeys, and connects the parts that decide the rest.
/// </summary>
public sealed partial class GroupMember : IProtocol
{
    /// <summary>
    /// How many successive boots die in an entry before the next one waits before it. One death is not enough: it may
    /// have been chance.
    /// </summary>
    public const int DeathsMax = PoisonGate.DeathsMax;

    private readonly GroupOptions _options;
    private readonly Outbox _outbox;
    private readonly FolderStamps _stamps;
    private readonly BatchedLog _log;
    private readonly Executor _executor;
    private readonly EntryServer _server;
    private readonly ProgressReporter _reporter;
    private readonly SequencerWatch _watch;
    private readonly OrderReceiver _receiver;
    private readonly EpochInstaller _installer;
    private readonly Joiner _joiner;
    private readonly MemberState _confirmedState;

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
    /// <param name="mark">The notes that survive a death in an entry; null if no entry can kill the process.</param>
    public GroupMember(
        GroupOptions options, byte id, IMemberLog log, Outbox outbox, IEntryConsumer consumer, ulong seed,
        SnapshotPosition? restored = null, IExecutionMark? mark = null)
    {
        var random = new SeededRandom(seed);
        var peers = new PeerRotation(options, id);
        // A joiner has installed nothing, so its position comes from the snapshot.
        var joined = log.Record.Installed.Epoch == Epoch.None ? restored : null;
        Id = id;
        _options = options;
        _outbox = outbox;
        _stamps = new FolderStamps(options, id, log, outbox, seed);
        _log = new BatchedLog(log, _stamps, outbox, restored);
        _executor = new Executor(_log, consumer, mark ?? new VolatileExecutionMark(), _stamps, restored);
        _server = new EntryServer(options, _log, outbox);
        _reporter = new ProgressReporter(options, _log, _executor, outbox);
        _watch = new SequencerWatch(options, random, _log, outbox);
        _receiver = new OrderReceiver(options, random, _log, _executor, _reporter, peers, outbox);
        _installer = new EpochInstaller(options, id, _log, peers, outbox);
        _joiner = new Joiner(options, id, _log, _executor, peers, outbox, joined);
        _confirmedState = joined is not null && joined.Seq > _log.Last ? MemberState.Joining
            : Installed.Epoch != Epoch.None && Installed == Promised ? MemberState.Following
            : MemberState.Promised;
        State = _stamps.MayWork ? _confirmedState : MemberState.Unconfirmed;
    }

    /// <summary>The state of the member.</summary>
    public MemberState State { get; private set; }

    /// <summary>Why the member halted, or what shows that its folder is outdated; null if neither is so.</summary>
    public string? HaltReason { get; private set; }

    /// <summary>Whether this incarnation is over for good: halted, outdated or left.</summary>
    public bool IsOver => State is MemberState.Halted or MemberState.Outdated or MemberState.Left;

    /// <summary>
    /// Whether an installation has made no progress for <see cref="GroupOptions.InstallPatience"/>, because the entries
    /// that others give do not lead to the chosen tail. The member takes none of them and goes on asking, because a
    /// sender may still have a lost tail. If this lasts, the member has executed something that the group does not
    /// have.
    /// </summary>
    public bool IsInstallingInVain => _installer.IsInVain;

    /// <summary>The seat of this member.</summary>
    public byte Id { get; }

    /// <summary>The identity of its data folder.</summary>
    public Incarnation Incarnation => _log.Record.Incarnation;

    /// <summary>The claim that the member has promised to obey.</summary>
    public Claim Promised => _log.Record.Promised;

    /// <summary>The claim that the member has installed: its log is a prefix of the order of that epoch.</summary>
    public Claim Installed => _log.Record.Installed;

    /// <summary>The members as of the log's end.</summary>
    public View View => _log.Record.View;

    /// <summary>Whether this incarnation votes, and its replies count.</summary>
    public bool IsVoter => _joiner.IsVoter;

    /// <summary>Last number received in order.</summary>
    internal SequenceNumber Contiguous => _log.Last;

    /// <summary>Last number on disk.</summary>
    public SequenceNumber Durable => _log.Durable;

    /// <summary>Last number executed.</summary>
    public SequenceNumber Executed => _executor.Executed;

    /// <summary>Last number known to be committed.</summary>
    public SequenceNumber CommitSeq => _log.Committed;

    /// <summary>The last number that every member has on disk, as the sequencer says.</summary>
    public SequenceNumber GcSeq { get; private set; }

    /// <summary>
    /// The number whose snapshot a joiner needs now; null if none. The shell fetches the snapshot and calls
    /// <see cref="OnSnapshotRestored"/>.
    /// </summary>
    public SequenceNumber? SnapshotWanted => _joiner.SnapshotWanted;

    /// <summary>
    /// Another incarnation that has this seat in the committed view; null if none has. It must leave before this one
    /// can join.
    /// </summary>
    public Incarnation? BlockedBy => _joiner.BlockedBy;

    /// <summary>
    /// The entry that this member does not execute and waits before; null while it executes. Only a SKIP of it, or a
    /// new incarnation, gets past it.
    /// </summary>
    public SequenceNumber? WaitingBefore => IsOver ? null : _executor.WaitingBefore;

    /// <summary>Whether it waits because its process died in that entry, and not only because it promised not to execute it.</summary>
    public bool IsPoisoned => !IsOver && _executor.IsPoisoned;

    /// <summary>The entry that this member has executed and the others skip, if that is why it halted; null otherwise.</summary>
    public SequenceNumber? OverruledAt => _executor.OverruledAt;

    /// <inheritdoc/>
    public Instant NextDeadline { get; private set; }

    /// <summary>Entries held beyond a gap.</summary>
    internal int HeldCount => _receiver.HeldCount + _joiner.HeldCount;

    /// <summary>Entries held beyond a gap while a new epoch is installed.</summary>
    internal int EarlyCount => _installer.EarlyCount;

    /// <summary>The epoch that the member follows; none unless it follows one. The header of each message has it.</summary>
    private Epoch Followed => State == MemberState.Following ? Installed.Epoch : Epoch.None;

    /// <summary>
    /// Starts the member. As soon as others have confirmed its folder, it works and replays what is known to be
    /// committed. Call once.
    /// </summary>
    public void Start(Instant now)
    {
        _stamps.Start(now);
        _executor.TakeStock(_joiner.Restored?.Seq);
        if (_stamps.MayWork)
            BecomeConfirmed(now);
        UpdateDeadline();
    }

    /// <summary>
    /// The consumer was restored from the wanted snapshot. The snapshot is on disk, and two replicas have vouched for
    /// it.
    /// </summary>
    public void OnSnapshotRestored(SnapshotPosition position, Instant now)
    {
        if (State != MemberState.Joining || SnapshotWanted != position.Seq)
            return;
        _joiner.OnRestored(position, now);
        _executor.OnRestored(position.Seq);
        _log.NoteCommitted(position.Seq);
        _log.NoteTime(position.Time);
        UpdateDeadline();
    }

    /// <summary>
    /// No two replicas vouch for the wanted snapshot, or none of them gives it. The member asks for another JOIN, which
    /// has a new number.
    /// </summary>
    public void OnSnapshotUnavailable(SequenceNumber seq, Instant now)
    {
        if (State != MemberState.Joining || SnapshotWanted != seq)
            return;
        _joiner.OnUnavailable(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        if (State == MemberState.Outdated && message is Sync seen)
            OnSyncOfOutdated(envelope, seen);
        if (IsOver)
            return;
        _stamps.OnHeard(envelope.From, now);
        if (State == MemberState.Unconfirmed && message is not (StampReq or StampAck or Nak or Fetch))
            return;
        switch (message)
        {
            case StampReq m: _stamps.OnRequest(envelope.From, m, View); break;
            case StampAck m: OnStampAck(envelope, m, now); break;
            case Order m when IsFromPromised(envelope, now): OnOrder(m.Entry, now); break;
            case Retrans m when IsFromPromised(envelope, now): OnOrder(m.Entry, now); break;
            case Commit m when IsFromPromised(envelope, now): OnCommit(m, now); break;
            case Sync m:
                OnMembershipSeen(envelope, m, now);
                if (State != MemberState.Left && IsFromPromised(envelope, now))
                    OnSync(envelope, m, now);
                break;
            case Fetched m: OnFetched(envelope, m, now); break;
            case Nak m: _server.OnNak(envelope.From, m, Followed); break;
            case Fetch m: _server.OnFetch(envelope.From, m, Followed); break;
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

        if (now >= _reporter.NextDeadline)
            _reporter.OnTimer(Followed, now);
        if (now >= _watch.NextDeadline)
            _watch.OnTimer(Followed, now);
        if (now >= _receiver.NextDeadline)
            OnReceiverTimerElapsed(now);
        if (now >= _installer.NextDeadline)
            _installer.OnTimer(State == MemberState.Installing, now);
        if (now >= _joiner.NextDeadline)
            OnJoinTimerElapsed(now);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        if (State is MemberState.Halted or MemberState.Outdated)
            return;
        if (now >= _receiver.NextDeadline)
            OnReceiverTimerElapsed(now);
        if (State == MemberState.Following && _joiner.HasJustCaughtUp)
            OnJoinTimerElapsed(now);
        _log.Write();
        _reporter.OnBatchEnd(Followed);
        UpdateDeadline();
    }

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now)
    {
        while (_log.TryTakeFlushed(write, out var flushed))
        {
            if (State is MemberState.Halted or MemberState.Outdated)
                continue;
            _stamps.OnDurable(flushed.Stamps, now);
            _log.NoteDurable(flushed.Last);
            _reporter.OnAckDue();
            if (flushed.PromiseTo is { } candidate && flushed.Record?.Promised == Promised)
                SendPromise(candidate);
            if (flushed.InstallAckTo is { } sequencer && flushed.Record?.Installed == Installed)
                SendInstallAck(sequencer);
        }
    }

    private void OnReceiverTimerElapsed(Instant now)
    {
        if (State == MemberState.Following)
            _receiver.OnTimer(now);
        else
            _receiver.Stop();
    }

    private void OnJoinTimerElapsed(Instant now)
    {
        if (_joiner.OnTimer(State, Followed, now) == Intake.Complete)
            BecomeRestored();
    }

    private void OnOrder(Entry entry, Instant now)
    {
        var step = _receiver.OnEntry(entry, now);
        if (step.Status == IntakeStatus.Contradiction)
            BecomeHalted(step.Reason!);
        if (step.Status != IntakeStatus.Taken)
            return;
        Execute(now);
    }

    private bool IsOwnLeave(Entry entry) =>
        entry.Kind == EntryKind.Leave && MembershipChange.TryRead(entry, out var change)
        && change == new MembershipChange(Id, Incarnation);

    private void OnCommit(Commit commit, Instant now)
    {
        _log.NoteCommitted(commit.CommitSeq);
        GcSeq = commit.GcSeq;
        _receiver.OnMaxSeq(commit.MaxSeq, now);
        Execute(now);
    }

    private void OnSync(in Envelope envelope, Sync sync, Instant now)
    {
        _watch.OnHeard(now);
        _receiver.OnHistory(sync.HistoryFrom);
        OnCommit(new Commit(sync.MaxSeq, sync.CommitSeq, sync.GcSeq), now);
        if (sync.MustAnswer)
            _reporter.Report(envelope.From, Followed);
    }

    /// <summary>Executes what is committed, up to an entry that must wait.</summary>
    private void Execute(Instant now)
    {
        while (State is not (MemberState.Joining or MemberState.Halted) && _executor.Next is { } entry)
        {
            if (!_executor.TryPass(entry, now))
            {
                if (OverruledAt is { } overruled)
                    BecomeHalted($"entry {overruled} was executed here, but entry {entry.Seq} skips it");
                return;
            }

            if (IsOwnLeave(entry))
                BecomeLeft();
        }
    }

    private void SendPromise(NodeId candidate) => _outbox.Send(candidate, Followed, new Promise(
        Promised, Incarnation, Installed.Epoch, _log.Durable, _log.ChainAt(_log.Durable) ?? _log.Chain, _log.CommittedHere, GcSeq,
        _log.LastTime, View));

    private void SendInstallAck(NodeId sequencer) =>
        _outbox.Send(sequencer, Followed, new NewViewAck(Installed, _reporter.Progress));

    private void UpdateDeadline() => NextDeadline = State switch
    {
        MemberState.Halted or MemberState.Outdated or MemberState.Left => Instant.Never,
        MemberState.Unconfirmed => _stamps.NextDeadline,
        _ => Deadlines.Earliest(
            _reporter.NextDeadline, _watch.NextDeadline, _receiver.NextDeadline, _installer.NextDeadline, _joiner.NextDeadline,
            _stamps.NextDeadline),
    };
}
