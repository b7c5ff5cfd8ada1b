namespace Dams.Ordering.Messages;

/// <summary>One message of the group protocol. The hierarchy is closed; <see cref="MessageCodec"/> gives each its bytes.</summary>
public abstract record Message;

/// <summary>Front end to sequencer: order this (PB method: point to point to the sequencer).</summary>
public sealed record Req(Request Request) : Message;

/// <summary>The answer of a sequencer to a <see cref="Req"/>. The numeric values are used on the wire.</summary>
public enum ReqAckStatus : byte
{
    /// <summary>The request has the number in the argument. This is a hint: a failover may give it another number.</summary>
    Ordered = 1,

    /// <summary>The request already had the number in the argument.</summary>
    Duplicate = 2,

    /// <summary>Not now. Repeat the request after the milliseconds in the argument.</summary>
    Busy = 3,

    /// <summary>
    /// This sequencer is not active. The argument is the number of the sequencer that is believed to be active; 0 if
    /// unknown.
    /// </summary>
    NotSequencer = 4,

    /// <summary>The payload is too big for an entry.</summary>
    TooBig = 5,
}

/// <summary>Sequencer to front end: the answer to a <see cref="Req"/>.</summary>
public sealed record ReqAck(RequestKey Key, ReqAckStatus Status, long Argument) : Message;

/// <summary>Sequencer to members: an entry of the order.</summary>
public sealed record Order(Entry Entry) : Message;

/// <summary>How far a member is. This is the piggyback of Kaashoek's protocol; the history is trimmed by it.</summary>
/// <param name="Incarnation">Identifies the member's log.</param>
/// <param name="Contiguous">Last number received in order.</param>
/// <param name="Durable">Last number on disk.</param>
/// <param name="Executed">Last number executed.</param>
public readonly record struct MemberProgress(
    Incarnation Incarnation, SequenceNumber Contiguous, SequenceNumber Durable, SequenceNumber Executed);

/// <summary>Member to sequencer: this much is on disk.</summary>
public sealed record Stored(MemberProgress Progress) : Message;

/// <summary>Sequencer to members: how far the order goes, is committed, and may be trimmed.</summary>
/// <param name="MaxSeq">The last number given.</param>
/// <param name="CommitSeq">The last number that may be executed.</param>
/// <param name="GcSeq">The last number that every member has on disk.</param>
public sealed record Commit(SequenceNumber MaxSeq, SequenceNumber CommitSeq, SequenceNumber GcSeq) : Message;

/// <summary>Member to a holder: these are missing (negative acknowledgement).</summary>
/// <param name="From">The first missing number.</param>
/// <param name="Bitmap">Bit i stands for From + i; 1 means missing.</param>
public sealed record Nak(SequenceNumber From, ulong Bitmap) : Message;

/// <summary>Sequencer to member: an entry again, from the history buffer.</summary>
public sealed record Retrans(Entry Entry) : Message;

/// <summary>
/// Sequencer to everyone, periodically. It reveals the loss of the last message, and shows that the sequencer is alive
/// and who the members are.
/// </summary>
public sealed record Sync(
    SequenceNumber MaxSeq, SequenceNumber CommitSeq, SequenceNumber GcSeq, SequenceNumber HistoryFrom, bool MustAnswer, View View)
    : Message;

/// <summary>Member to sequencer, periodically: how far the member is, and that it is alive.</summary>
/// <param name="Progress">How far the member is.</param>
/// <param name="QueueDepth">Writes to the member's log that are not flushed yet.</param>
public sealed record State(MemberProgress Progress, int QueueDepth) : Message;

/// <summary>Replica to front end: the answer of the replica's version.</summary>
/// <param name="Key">The request that is answered.</param>
/// <param name="Seq">The number of the request's first execution. Two replies are equal only if this is equal, too.</param>
/// <param name="Incarnation">The replica's incarnation.</param>
/// <param name="At">The last number that the replica had executed when it sent this. It tells whether the replica was active.</param>
/// <param name="Engine">The version's number in the configuration's list of versions; for people.</param>
/// <param name="RequestDigest">The digest of the request.</param>
/// <param name="ResultDigest">SHA-256 of the result.</param>
/// <param name="Result">
/// The result if it fits. Else it is empty, <paramref name="HasResult"/> is false, and the front end fetches it
/// elsewhere.
/// </param>
/// <param name="HasResult">Whether <paramref name="Result"/> holds the result.</param>
public sealed record ReplyMessage(
    RequestKey Key, SequenceNumber Seq, Incarnation Incarnation, SequenceNumber At, byte Engine, Digest RequestDigest, Digest ResultDigest,
    ReadOnlyMemory<byte> Result, bool HasResult) : Message
{
    /// <summary>Longer results travel as their digest, so that every reply fits a datagram of 1,200 bytes.</summary>
    public const int ResultBytesMax = 960;
}

/// <summary>Sequencer to replica: a committed request was repeated; send the reply again.</summary>
/// <param name="Key">The request whose reply is wanted.</param>
/// <param name="Seq">The number under which it was executed.</param>
/// <param name="FrontEnd">The front end that asked. A repeat may have come through another front end than the first call.</param>
public sealed record Resend(RequestKey Key, SequenceNumber Seq, byte FrontEnd) : Message;

/// <summary>Replica to sequencer: that reply is gone; order the repeat.</summary>
public sealed record Missing(RequestKey Key, SequenceNumber Seq) : Message;

/// <summary>Member to sequencers: the sequencer of my epoch is silent.</summary>
public sealed record SeqSuspect(Epoch Epoch, Incarnation Incarnation, int SilentMilliseconds) : Message;

/// <summary>Candidate to members: promise to obey nobody older (Viewstamped Replication's start of a view change).</summary>
public sealed record Prepare(Claim Claim) : Message;

/// <summary>Member to candidate: my promise is on disk, and this is my log.</summary>
public sealed record Promise(
    Claim Claim, Incarnation Incarnation, Epoch Installed, SequenceNumber Last, Chain Chain, SequenceNumber CommitSeq,
    SequenceNumber GcSeq, long Time, View View) : Message;

/// <summary>To a candidate or a member: send these entries.</summary>
/// <param name="From">The first wanted.</param>
/// <param name="To">The last wanted; the answer may hold fewer.</param>
public sealed record Fetch(SequenceNumber From, SequenceNumber To) : Message;

/// <summary>An entry that was asked for with <see cref="Fetch"/> or with a NAK to a member.</summary>
/// <param name="CommitSeq">The last number that the sender knows to be committed. Entries up to it are final in every epoch.</param>
/// <param name="FirstKept">The first entry that the sender still has.</param>
/// <param name="Entry">The entry.</param>
public sealed record Fetched(SequenceNumber CommitSeq, SequenceNumber FirstKept, Entry Entry) : Message;

/// <summary>New sequencer to members: this is the log of the epoch; install it.</summary>
/// <param name="Claim">The epoch and the sequencer's boot.</param>
/// <param name="Tail">The last number of the chosen log.</param>
/// <param name="TailChain">Its chain value.</param>
/// <param name="CommitSeq">The last number known to be committed when the log was chosen.</param>
/// <param name="TimeFloor">No entry of the epoch has a lower time.</param>
/// <param name="Source">A member that has the log.</param>
/// <param name="View">The members of the chosen log.</param>
public sealed record NewView(
    Claim Claim, SequenceNumber Tail, Chain TailChain, SequenceNumber CommitSeq, long TimeFloor, byte Source, View View) : Message;

/// <summary>Member to new sequencer: installed, on disk.</summary>
public sealed record NewViewAck(Claim Claim, MemberProgress Progress) : Message;

/// <summary>Member to a sequencer whose message it dropped because of a promise.</summary>
public sealed record Refused(Claim Promised) : Message;

/// <summary>Anyone to a member or a sequencer: tell me the view.</summary>
public sealed record GetView(Epoch Epoch) : Message;

/// <summary>Member's answer to <see cref="GetView"/>.</summary>
/// <param name="Incarnation">The member's incarnation.</param>
/// <param name="Promised">The claim that the member has promised to obey.</param>
/// <param name="Installed">The claim whose epoch the member has installed.</param>
/// <param name="HearsSequencer">Whether it hears the sequencer of its installed epoch.</param>
/// <param name="View">The member's view.</param>
public sealed record ViewSummary(Incarnation Incarnation, Claim Promised, Claim Installed, bool HearsSequencer, View View) : Message;

/// <summary>New incarnation to the sequencer: order my JOIN.</summary>
/// <param name="Incarnation">The joiner's incarnation.</param>
/// <param name="After">
/// 0 in the first request. Later, the number of the JOIN that the joiner has given up because nobody could give its
/// snapshot. A delayed repeat has an older number.
/// </param>
public sealed record JoinReq(Incarnation Incarnation, SequenceNumber After) : Message;

/// <summary>Joiner to the sequencer: restored and caught up; order my ACTIVATE.</summary>
/// <param name="Incarnation">The joiner's incarnation.</param>
/// <param name="JoinedAt">The JOIN whose snapshot it restored.</param>
/// <param name="Executed">The last number that it has executed.</param>
public sealed record CaughtUp(Incarnation Incarnation, SequenceNumber JoinedAt, SequenceNumber Executed) : Message;

/// <summary>A manager or an operator to the sequencer: order this incarnation out.</summary>
/// <param name="Member">The member's seat.</param>
/// <param name="Incarnation">The incarnation that shall leave. Nothing happens if the seat has another one by now.</param>
/// <param name="Decision">The number of the decision. The request key of the LEAVE contains it.</param>
/// <param name="IsForced">Whether an operator takes the responsibility for a remaining view without a quorum of live members.</param>
public sealed record LeaveReq(byte Member, Incarnation Incarnation, ulong Decision, bool IsForced) : Message;

/// <summary>Active sequencer that is being stopped, to the others: take over at once.</summary>
public sealed record HandOver(Epoch Epoch) : Message;
