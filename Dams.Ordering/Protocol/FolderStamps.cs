using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Keeps a member from working on an older copy of its folder. Such a copy has forgotten promises and entries that the
/// member has acknowledged, and K + Q &gt; n holds only if no member forgets. At each start the member writes the next
/// stamp into its folder and asks the other members to write it down. Until enough of them have done so, it may do
/// nothing that counts. While it works, it repeats this from time to time. Another member that knows a newer stamp
/// refuses. Pure and single-threaded. The owner writes <see cref="ToRecord"/> to disk whenever <see cref="Changes"/>
/// has risen, and calls <see cref="OnDurable"/> when the record is there.
/// </summary>
internal sealed class FolderStamps
{
    private readonly GroupOptions _options;
    private readonly byte _id;
    private readonly Incarnation _incarnation;
    private readonly SeededRandom _random;
    private readonly Outbox _outbox;
    private readonly List<PeerStamp> _others;
    private readonly List<(long Change, NodeId To, FolderStamp Stamp)> _answers = [];
    private readonly HashSet<byte> _confirmedBy = [];

    // Whether this folder was ever confirmed. Such a folder has learnt the stamps of the others.
    private bool _hasHistory;
    private FolderStamp _own;
    private bool _isConfirmed;
    private bool _isOfThisStart;
    private long _ownWrittenBy;
    private long _durable;
    private bool _hasWorked;
    private Instant _renewAt = Instant.Never;
    private Instant _askAt = Instant.Never;
    private Instant _askedAt;

    // How long a member that works waits before it asks again. It doubles, because a silent member may be absent for long.
    private TimeSpan _retry;

    /// <summary>Reads the stamps that the log's record holds. The seed is for nonces, and differs at each start.</summary>
    public FolderStamps(GroupOptions options, byte id, IMemberLog log, Outbox outbox, ulong seed)
    {
        _options = options;
        _id = id;
        _incarnation = log.Record.Incarnation;
        _outbox = outbox;
        _random = new SeededRandom(seed ^ 0x57A3);
        _retry = options.JoinRetry;
        var stored = log.Record.Stamps;
        (_own, _isConfirmed, _others) = (stored.Own, stored.IsConfirmed, [.. stored.Others]);
        _hasHistory = stored.IsConfirmed || stored.Own.Number > 1;
        MayWork = options.ConfirmationsNeeded == 0;
    }

    /// <summary>Whether enough others have confirmed a stamp that was made in this start: the folder is the newest.</summary>
    public bool MayWork { get; private set; }

    /// <summary>The member that has refused this folder, and the newer stamp that it knows; null while none has refused.</summary>
    public (byte Member, FolderStamp Known)? Refusal { get; private set; }

    /// <summary>The folder's newest stamp.</summary>
    public FolderStamp Own => _own;

    /// <summary>Rises whenever there is something to write.</summary>
    public long Changes { get; private set; }

    /// <summary>The next timer; <see cref="Instant.Never"/> for none.</summary>
    public Instant NextDeadline => Instant.Earlier(_askAt, _hasWorked && _isConfirmed ? _renewAt : Instant.Never);

    /// <summary>The record that belongs on the disk.</summary>
    public StampRecord ToRecord() =>
        _own == FolderStamp.None && _others.Count == 0 ? StampRecord.None : new StampRecord(_own, _isConfirmed, _others);

    /// <summary>Begins to ask. A stamp that an earlier start left unconfirmed goes first, because others may know it.</summary>
    public void Start(Instant now)
    {
        if (_options.ConfirmationsNeeded == 0)
            return;
        if (_own == FolderStamp.None || _isConfirmed)
            MakeNext(now);
        else
            _askAt = now;
    }

    /// <summary>The member has written something that others may rely on.</summary>
    public void OnWorked() => _hasWorked = true;

    /// <summary>Everything up to this value of <see cref="Changes"/> is on disk.</summary>
    public void OnDurable(long changes, Instant now)
    {
        if (changes <= _durable)
            return;
        var isOwn = _durable < _ownWrittenBy && changes >= _ownWrittenBy;
        _durable = changes;
        if (isOwn && _askAt != Instant.Never)
            Ask(now);
        foreach (var answer in _answers)
        {
            if (answer.Change <= _durable)
                Answer(answer.To, answer.Stamp, answer.Stamp);
        }

        _answers.RemoveAll(answer => answer.Change <= _durable);
    }

    /// <summary>The next stamp is due, or the last one still lacks answers.</summary>
    public void OnTimer(Instant now)
    {
        if (now >= _askAt)
            Ask(now);
        if (_hasWorked && _isConfirmed && MayWork && now >= _renewAt)
            MakeNext(now);
    }

    /// <summary>
    /// Another member has stamped its folder, and asks this one to write the stamp down. If that needs room, the stamp
    /// of a folder that is not in the view is forgotten.
    /// </summary>
    public void OnRequest(NodeId from, StampReq request, View view)
    {
        if (!IsPeer(from) || request.Stamp == FolderStamp.None)
            return;
        // A new folder knows of the others at most what one of them has told it. So it may confirm only new folders.
        if (!MayWork && !_hasHistory && request.Stamp.Number > 1)
            return;
        var index = Find(from.Number, request.Incarnation);
        if (index >= 0 && _others[index].Stamp is var known && known != request.Stamp && known.Number >= request.Stamp.Number)
        {
            Answer(from, request.Stamp, known);
            return;
        }

        Note(new PeerStamp(from.Number, request.Incarnation, request.Stamp), view);
        if (_durable >= Changes)
        {
            Answer(from, request.Stamp, request.Stamp);
            return;
        }

        _answers.RemoveAll(answer => answer.To == from);
        _answers.Add((Changes, from, request.Stamp));
    }

    /// <summary>Another member has answered a request, and also tells which stamps it knows.</summary>
    public void OnAnswer(NodeId from, StampAck answer, View view, Instant now)
    {
        if (!IsPeer(from) || _options.ConfirmationsNeeded == 0)
            return;
        Learn(from, answer, view);
        if (answer.Stamp != _own)
            return;
        // A single member that knows another stamp is believed, even if enough others have confirmed this one.
        if (answer.Known != _own)
        {
            Refusal = (from.Number, answer.Known);
            return;
        }

        _confirmedBy.Add(from.Number);
        if (_isConfirmed)
        {
            if (_confirmedBy.Count == _options.Members.Count - 1)
                _askAt = Instant.Never;
            return;
        }

        if (_confirmedBy.Count < _options.ConfirmationsNeeded)
            return;
        _isConfirmed = _hasHistory = true;
        Changes++;
        // The others are still asked: one of them may refuse.
        _askAt = _confirmedBy.Count == _options.Members.Count - 1 ? Instant.Never : now + _options.JoinRetry;
        if (!_isOfThisStart)
        {
            MakeNext(now);
            return;
        }

        MayWork = true;
        _renewAt = now + _options.StampInterval;
    }

    /// <summary>
    /// Another member shows that it is there. If it still has to confirm the stamp, it is asked at once, unless it was
    /// asked just before. Two members that owe each other an answer would otherwise ask each other without a pause.
    /// </summary>
    public void OnHeard(NodeId from, Instant now)
    {
        if (_askAt == Instant.Never || !MayWork || !IsPeer(from) || _confirmedBy.Contains(from.Number))
            return;
        _retry = _options.JoinRetry;
        _askAt = Instant.Earlier(_askAt, Instant.Later(now, _askedAt + _retry));
    }

    private void MakeNext(Instant now)
    {
        _own = new FolderStamp(_own.Number + 1, (uint)_random.Next() | 1);
        _isConfirmed = false;
        _isOfThisStart = true;
        _hasWorked = false;
        _confirmedBy.Clear();
        _retry = _options.JoinRetry;
        _ownWrittenBy = ++Changes;
        // The others are asked when the stamp is on disk. This deadline only makes the loop turn, to get it there.
        _askAt = now;
    }

    private void Ask(Instant now)
    {
        _askAt = now + (MayWork ? _retry : _options.EpochRetry);
        if (_durable < _ownWrittenBy)
            return;
        _askedAt = now;
        if (MayWork)
            _retry = new TimeSpan(Math.Min(_retry.Ticks * 2, _options.StampRetryMax.Ticks));
        foreach (var member in _options.Members)
        {
            if (member != _id && !_confirmedBy.Contains(member))
                _outbox.Send(_options.Member(member), Epoch.None, new StampReq(_incarnation, _own));
        }
    }

    /// <summary>
    /// Leaves out the own stamp until it is on disk. Otherwise a crash could take it back, and the others would know a
    /// stamp that this folder never had.
    /// </summary>
    private void Answer(NodeId to, FolderStamp stamp, FolderStamp known) => _outbox.Send(to, Epoch.None,
        new StampAck(stamp, known, _incarnation, MayWork && _durable >= _ownWrittenBy ? _own : FolderStamp.None, [.. _others]));

    /// <summary>
    /// A member that was away, or is new, learns what the others know. Numbers only rise, so the higher number is the
    /// newer stamp.
    /// </summary>
    private void Learn(NodeId from, StampAck answer, View view)
    {
        if (answer.Own != FolderStamp.None)
            Learn(new PeerStamp(from.Number, answer.Incarnation, answer.Own), view);
        foreach (var other in answer.Others)
        {
            if (_options.Members.Contains(other.Member) && other.Stamp != FolderStamp.None)
                Learn(other, view);
        }
    }

    private void Learn(PeerStamp told, View view)
    {
        if (told.Member == _id)
            return;
        var index = Find(told.Member, told.Incarnation);
        if (index >= 0
            ? told.Stamp.Number > _others[index].Stamp.Number
            : !MayWork || !_others.Exists(other => other.Member == told.Member))
        {
            Note(told, view);
        }
    }

    private void Note(PeerStamp stamp, View view)
    {
        if (_others.Contains(stamp))
            return;
        _others.RemoveAll(other => other.Member == stamp.Member && other.Incarnation == stamp.Incarnation);
        if (_others.Count == StampRecord.OthersMax)
        {
            _others.RemoveAt(Math.Max(0, _others.FindIndex(other =>
                !(view.TryGet(other.Member, out var member) && member.Incarnation == other.Incarnation))));
        }

        _others.Add(stamp);
        Changes++;
    }

    private int Find(byte member, Incarnation incarnation) =>
        _others.FindIndex(other => other.Member == member && other.Incarnation == incarnation);

    private bool IsPeer(NodeId from) => from.Role == _options.MemberRole && from.Number != _id && _options.Members.Contains(from.Number);
}
