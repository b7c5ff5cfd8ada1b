using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The order of the epoch that a sequencer leads. It decides the number and the time of each entry, which entries are
/// committed, and which requests are repeats. It keeps the newest entries in a history buffer.
/// </summary>
internal sealed class TotalOrder
{
    private readonly GroupOptions _options;
    private readonly Outbox _outbox;
    private readonly Retransmitter _retransmitter;
    private Epoch _epoch;
    private Chain _chain;
    private long _time;
    private ViewPair _views = ViewPair.Of(View.None);
    private bool _commitDue;

    public TotalOrder(GroupOptions options, Outbox outbox)
    {
        _options = options;
        _outbox = outbox;
        History = new HistoryBuffer(options.HistoryEntriesMax, options.HistoryBytesMax);
        Members = new MemberProgressTable(options);
        _retransmitter = new Retransmitter(options, outbox, History);
    }

    /// <summary>The entries that it can send again.</summary>
    public HistoryBuffer History { get; }

    /// <summary>The progress of the members' disks.</summary>
    public MemberProgressTable Members { get; }

    /// <summary>The last number that was given to an entry.</summary>
    public SequenceNumber MaxSeq { get; private set; }

    /// <summary>The last committed number.</summary>
    public SequenceNumber CommitSeq { get; private set; }

    /// <summary>The last number that every member has on disk.</summary>
    public SequenceNumber GcSeq { get; private set; }

    /// <summary>The view after the last appended membership entry.</summary>
    public View View => _views.Latest;

    /// <summary>Up to this number the history may drop entries: the members have them on their disks.</summary>
    private SequenceNumber Droppable => CommitSeq;

    /// <summary>The epoch is over. The last numbers stay, because people may ask for them.</summary>
    public void Clear()
    {
        _views = ViewPair.Of(View.None);
        _commitDue = false;
        History.Reset(SequenceNumber.Zero);
    }

    /// <summary>Continues a chosen log in a new epoch. The history holds the fetched tail of that log.</summary>
    public void Continue(LogChoice log, Epoch epoch)
    {
        _epoch = epoch;
        MaxSeq = log.Last;
        _chain = log.Chain;
        CommitSeq = log.CommitSeq;
        _time = log.Time;
        _views = ViewPair.Of(log.View);
        Members.ForgetEpoch();
        _retransmitter.Clear();
    }

    /// <summary>
    /// The epoch begins. Q members have the whole log on disk, so everything in it is committed. Nothing of another
    /// epoch is remembered.
    /// </summary>
    public void Begin(Instant now)
    {
        CommitSeq = MaxSeq;
        GcSeq = SequenceNumber.Zero;
        _commitDue = true;
        Members.OnActive(now);
    }

    public void OnReq(NodeId from, Request request, Instant now)
    {
        if (History.Find(request.Key) is { } known && known.Request.Digest == request.Digest)
        {
            OnRepeatedReq(from, known);
            return;
        }

        if (request.Payload.Length > Request.PayloadBytesMax)
        {
            Acknowledge(from, request, ReqAckStatus.TooBig, Request.PayloadBytesMax);
            return;
        }

        if (MaxSeq - CommitSeq >= _options.WindowEntriesMax || History.IsFull(Droppable))
        {
            Acknowledge(from, request, ReqAckStatus.Busy, _options.BusyRetryMilliseconds);
            return;
        }

        // A known key with another digest is ordered too: the replicas answer it.
        var entry = Append(EntryKind.Operation, request, now);
        Acknowledge(from, request, ReqAckStatus.Ordered, entry.Seq.Value);
    }

    /// <summary>
    /// The client may have lost the replies, so a repeat makes the replicas send them again. If it were swallowed, the
    /// client would wait for ever.
    /// </summary>
    private void OnRepeatedReq(NodeId from, Entry known)
    {
        Acknowledge(from, known.Request, ReqAckStatus.Duplicate, known.Seq.Value);
        if (known.Seq > CommitSeq)
            return;
        SendToMembers(new Resend(known.Request.Key, known.Seq, from.Number));
    }

    private void Acknowledge(NodeId from, Request request, ReqAckStatus status, long argument) =>
        _outbox.Send(from, _epoch, new ReqAck(request.Key, status, argument));

    /// <summary>Gives an entry the next number and a time, and sends it to the members.</summary>
    public Entry Append(EntryKind kind, Request request, Instant now)
    {
        _time = Math.Max(_time, now.UnixMilliseconds);
        var entry = new Entry(MaxSeq.Next, _epoch, _time, kind, _chain, request);
        MaxSeq = entry.Seq;
        _chain = entry.Chain;
        History.Append(entry);
        History.Trim(Droppable);
        var after = View.After(entry);
        if (!ReferenceEquals(after, View))
        {
            _views = new ViewPair(View, after);
            Members.OnViewChanged(_views, now);
        }

        SendToMembers(new Order(entry));
        return entry;
    }

    public void OnProgress(byte member, MemberProgress progress, Instant now)
    {
        // No member has more than was ordered: anything beyond that is from no order of this epoch.
        if (!_views.Has(member, progress.Incarnation) || progress.Durable > MaxSeq)
            return;
        Members.OnProgress(member, progress, MaxSeq, now);
        AdvanceCommit();
    }

    /// <summary>Commits what is on enough disks, after a member has reported what it has.</summary>
    public void AdvanceCommit()
    {
        var stable = Members.StableIn(_views, CommitSeq);
        GcSeq = Members.LowestDurable(_views, CommitSeq);
        if (stable <= CommitSeq)
            return;
        CommitSeq = stable;
        if (CommitSeq >= View.Number)
            _views = ViewPair.Of(View);
        _commitDue = true;
        History.Trim(Droppable);
    }

    public void OnNak(NodeId from, Nak nak, Instant now) => _retransmitter.OnNak(from, nak, _epoch, now);

    public void OnFetch(NodeId from, Fetch fetch) => _retransmitter.OnFetch(from, fetch, _epoch, CommitSeq);

    /// <summary>A member no longer has the reply to a repeated request. The next repeat is ordered again.</summary>
    public void OnMissing(Missing missing)
    {
        if (History.Find(missing.Key) is { } known && known.Seq == missing.Seq)
            History.Forget(missing.Key);
    }

    /// <summary>The batch of inputs is over: the members learn of all its commits at once.</summary>
    public void OnBatchEnd()
    {
        if (_commitDue)
            SendToMembers(new Commit(MaxSeq, CommitSeq, GcSeq));
        _commitDue = false;
    }

    public void SendToMembers(Message message)
    {
        foreach (var member in _views.Latest.Members)
            _outbox.Send(_options.Member(member.Id), _epoch, message);
        if (ReferenceEquals(_views.Latest, _views.Before))
            return;
        // A member that is being ordered out still gets messages until its LEAVE is committed.
        foreach (var member in _views.Before.Members)
        {
            if (!_views.Latest.TryGet(member.Id, out _))
                _outbox.Send(_options.Member(member.Id), _epoch, message);
        }
    }

    /// <summary>The SYNC of this moment.</summary>
    public Sync ToSync() =>
        new(MaxSeq, CommitSeq, GcSeq, History.From, MaxSeq - CommitSeq > _options.WindowEntriesMax * 3 / 4, View);
}
