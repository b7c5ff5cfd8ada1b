using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <summary>The state of a call.</summary>
internal enum CallState
{
    /// <summary>It has no result yet: its request is repeated, and replies are counted.</summary>
    Unanswered,

    /// <summary>Its callers have the result, an answer or a failure. Late replies are still judged.</summary>
    Answered,

    /// <summary>Its replicas were judged, and it is forgotten.</summary>
    Closed,
}

/// <summary>One request that is under way, or answered and still being judged.</summary>
internal sealed class PendingCall
{
    /// <summary>
    /// The most numbers that one replica may name for a request; more are ignored. A request may be executed under several numbers
    /// after a failover, because reads are executed again. Each replica has its own limit, so one that makes up numbers takes
    /// nothing from the others.
    /// </summary>
    private const int VotesOfReplicaMax = 4;

    private ulong _strayed;

    public PendingCall(Request request, CoordinatorOptions options, Instant now)
    {
        Request = request;
        Began = now;
        Deadline = now + options.CallDeadline;
        Retry = options.RetryMin;
    }

    public Request Request { get; }

    /// <summary>When the call was taken.</summary>
    public Instant Began { get; }

    public Instant Deadline { get; }

    public CallState State { get; private set; }

    /// <summary>Whether it has a result.</summary>
    public bool IsAnswered => State != CallState.Unanswered;

    /// <summary>Whether it was judged and is forgotten.</summary>
    public bool IsClosed => State == CallState.Closed;

    /// <summary>How it ended; null until then.</summary>
    public CallResult? Result { get; private set; }

    /// <summary>The calls that wait for the result: a client may repeat a call while the first is under way.</summary>
    public List<long> Waiting { get; } = [];

    public List<ReplyVoter> Votes { get; } = new(1);

    /// <summary>The vote that decides the answer.</summary>
    public ReplyVoter? Decided { get; private set; }

    /// <summary>Whether an alarm about its vote was raised.</summary>
    public bool IsAlarmed { get; set; }

    /// <summary>When the request is sent again.</summary>
    public Instant RetryAt { get; set; }

    /// <summary>The pause that follows the next sending.</summary>
    public TimeSpan Retry { get; set; }

    /// <summary>When judging ends; <see cref="Instant.Never"/> while there is no majority.</summary>
    public Instant JudgeUntil { get; private set; } = Instant.Never;

    /// <summary>Until this time further replies are awaited: their replicas are not silent yet, and the deadline has not passed.</summary>
    public Instant AnswerBy => Instant.Earlier(JudgeUntil, Deadline);

    /// <summary>When a strict write that has two equal replies stops waiting for a third.</summary>
    public Instant AnswerAt { get; set; } = Instant.Never;

    /// <summary>The search for the body of the decided vote's result.</summary>
    public BodySearch Body { get; } = new();

    /// <summary>
    /// The newest vote with a majority that may replace the decided one, whose body no replica has any more. Only a read can have
    /// one, because a read is ordered again; null if there is none.
    /// </summary>
    public ReplyVoter? Successor => Body.State != BodySearchState.InVain || CommandCodec.IsWrite(Request.Opcode)
        ? null
        : Votes.Where(vote => vote.Majority is not null && vote.Seq > Decided!.Seq).MaxBy(vote => vote.Seq);

    /// <summary>Whether a sequencer or a replica has shown that the request was ordered.</summary>
    public bool WasOrdered { get; set; }

    /// <summary>Whether a sequencer had no room for the request.</summary>
    public bool WasBusy { get; set; }

    /// <summary>Why there is no answer at the deadline.</summary>
    public CallFailure FailureAtDeadline => WasOrdered || Votes.Count > 0
        ? CallFailure.NoQuorum
        : WasBusy ? CallFailure.Overloaded : CallFailure.SequencerUnavailable;

    /// <summary>When its timer elapses; <see cref="Instant.Never"/> if it has none. Only <see cref="CallTimers"/> sets it.</summary>
    public Instant TimerAt { get; set; } = Instant.Never;

    public Instant NextDeadline => IsAnswered ? JudgeUntil : Deadlines.Earliest(Deadline, RetryAt, Body.NextDeadline, AnswerAt);

    /// <summary>
    /// Whether the request can't be ordered, because a sequencer rejects payloads that are longer than this. The limit is one constant
    /// of the wire format. So every sequencer rejects this request, and no member could read such an entry: it was never ordered and
    /// never will be. If the request keeps the limit, the rejection is about another request with this key.
    /// </summary>
    public bool IsTooBigFor(long payloadBytesMax) => payloadBytesMax < Request.Payload.Length && !WasOrdered && Votes.Count == 0;

    /// <summary>The vote on the number of a replica's reply; null if that replica has named too many numbers.</summary>
    public ReplyVoter? VoteFor(ReplyMessage reply, byte replica)
    {
        var named = 0;
        foreach (var vote in Votes)
        {
            if (vote.Seq == reply.Seq)
                return vote;
            if (vote.HasReplied(replica))
                named++;
        }

        if (named >= VotesOfReplicaMax)
            return null;
        var added = new ReplyVoter(reply.Seq, reply.RequestDigest);
        Votes.Add(added);
        return added;
    }

    /// <summary>Decides by a vote that has a majority.</summary>
    public void Decide(ReplyVoter vote, Instant judgeUntil)
    {
        (Decided, JudgeUntil) = (vote, judgeUntil);
        Body.BecomeIdle();
    }

    /// <summary>The call has its result.</summary>
    public void BecomeAnswered(CallResult result) => (State, Result) = (CallState.Answered, result);

    /// <summary>The call is over for this front end. It must be answered.</summary>
    public void BecomeClosed()
    {
        Invariant.That(State == CallState.Answered, "only an answered call is closed");
        State = CallState.Closed;
    }

    /// <summary>A replica has replied to another request under this request's key.</summary>
    public void OnStrayed(byte replica) => _strayed |= 1UL << replica;

    /// <summary>
    /// Whether a replica has replied outside the decided vote in a way that shows a wrong replica. It has replied to another request
    /// under a key that this front end used only once. Or it has replied to a write under a number that no other replica has named.
    /// Reads are exempt, because they may be executed under several numbers. The refusal of a late copy of a write is exempt, because
    /// it has its own number. Lost replies may leave a right replica alone with such a number by chance.
    /// </summary>
    public bool HasStrayed(byte replica) => (_strayed & (1UL << replica)) != 0
        || (CommandCodec.IsWrite(Request.Opcode)
            && Votes.Exists(vote => !ReferenceEquals(vote, Decided) && vote.Replies == 1
                && vote.ResultOf(replica) is { } result && !RetiredReply.Is(result)));
}
