using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <summary>One request that is under way, or answered and still being judged.</summary>
internal sealed class PendingCall(Request request, Instant deadline)
{
    /// <summary>
    /// The most numbers that one replica may name for a request; more are ignored. A request may be executed under several numbers
    /// after a failover, because reads are executed again. Each replica has its own limit, so one that makes up numbers takes
    /// nothing from the others.
    /// </summary>
    private const int VotesOfReplicaMax = 4;

    private ulong _strayed;

    public Request Request { get; } = request;

    public Instant Deadline { get; } = deadline;

    /// <summary>Equal replies that make a majority.</summary>
    public int Quorum { get; init; } = ReplyVoter.AnswerQuorum;

    /// <summary>Whether all replicas share one limit on numbers: see <see cref="CoordinationMutant.PlacesAreShared"/>.</summary>
    public bool ArePlacesShared { get; init; }

    /// <summary>When the call was taken.</summary>
    public Instant Began { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public CallResult? Result { get; set; }

    /// <summary>The calls that wait for the result: a client may repeat a call while the first is under way.</summary>
    public List<long> Waiting { get; } = [];

    public List<ReplyVoter> Votes { get; } = new(1);

    /// <summary>The vote that decides the answer.</summary>
    public ReplyVoter? Decided { get; set; }

    public bool IsAnswered { get; set; }

    /// <summary>Whether it has been judged and forgotten.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether an alarm about its vote was raised.</summary>
    public bool IsAlarmed { get; set; }

    public Instant RetryAt { get; set; }

    public TimeSpan Retry { get; set; }

    /// <summary>When judging ends; <see cref="Instant.Never"/> while there is no majority.</summary>
    public Instant JudgeUntil { get; set; } = Instant.Never;

    /// <summary>Until this time further replies are awaited: their replicas are not silent yet, and the deadline has not passed.</summary>
    public Instant AnswerBy => Instant.Earlier(JudgeUntil, Deadline);

    /// <summary>When a strict write that has two equal replies stops waiting for a third.</summary>
    public Instant AnswerAt { get; set; } = Instant.Never;

    public Instant BodyRetryAt { get; set; } = Instant.Never;

    public List<byte> BodyAsked { get; } = [];

    /// <summary>Whether every replica of the decided vote has been asked for the body, and none had it.</summary>
    public bool IsBodyInVain { get; set; }

    /// <summary>
    /// The newest vote with a majority that may replace the decided one, whose body no replica has any more. Only a read can have
    /// one, because a read is ordered again; null if there is none.
    /// </summary>
    public ReplyVoter? Successor => !IsBodyInVain || CommandCodec.IsWrite(Request.Opcode) ? null
        : Votes.Where(vote => vote.Majority is not null && vote.Seq > Decided!.Seq).MaxBy(vote => vote.Seq);

    public bool WasOrdered { get; set; }

    public bool WasBusy { get; set; }

    /// <summary>When its timer in the coordinator's queue elapses; <see cref="Instant.Never"/> if it has none.</summary>
    public Instant TimerAt { get; set; } = Instant.Never;

    public Instant NextDeadline => IsAnswered
        ? JudgeUntil
        : Instant.Earlier(Instant.Earlier(Deadline, RetryAt), Instant.Earlier(BodyRetryAt, AnswerAt));

    /// <summary>The vote on the number of a replica's reply; null if that replica has named too many numbers.</summary>
    public ReplyVoter? VoteFor(ReplyMessage reply, byte replica)
    {
        var named = 0;
        foreach (var vote in Votes)
        {
            if (vote.Seq == reply.Seq)
                return vote;
            if (ArePlacesShared || vote.HasReplied(replica))
                named++;
        }

        if (named >= VotesOfReplicaMax)
            return null;
        var added = new ReplyVoter(reply.Seq, reply.RequestDigest) { Quorum = Quorum };
        Votes.Add(added);
        return added;
    }

    /// <summary>Decides by a vote that has a majority.</summary>
    public void Decide(ReplyVoter vote, Instant judgeUntil)
    {
        (Decided, JudgeUntil) = (vote, judgeUntil);
        (BodyRetryAt, IsBodyInVain) = (Instant.Never, false);
        BodyAsked.Clear();
    }

    /// <summary>A replica of the decided vote that has not been asked for the body; null if all have.</summary>
    public byte? NextToAsk()
    {
        foreach (var id in Decided!.MajorityReplicas())
        {
            if (!BodyAsked.Contains(id))
                return id;
        }

        return null;
    }

    /// <summary>A replica has replied to another request under this request's key.</summary>
    public void OnStrayed(byte replica) => _strayed |= 1UL << replica;

    /// <summary>
    /// Whether a replica has replied outside the decided vote, as no right one does. It may have replied to another request under a
    /// key that this front end used only once. Or it has replied to a write under a number that no other replica has named. Reads are
    /// exempt, because they may be executed under several numbers. The refusal of a late copy of a write is exempt, because it has
    /// its own number. Lost replies may leave a right replica alone with such a number by chance.
    /// </summary>
    public bool HasStrayed(byte replica) => (_strayed & (1UL << replica)) != 0
        || (CommandCodec.IsWrite(Request.Opcode)
            && Votes.Exists(vote => !ReferenceEquals(vote, Decided) && vote.Replies == 1
                && vote.ResultOf(replica) is { } result && !RetiredReply.Is(result)));
}
