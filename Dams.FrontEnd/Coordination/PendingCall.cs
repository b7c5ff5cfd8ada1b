using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <summary>One request on its way, or answered and still being judged.</summary>
internal sealed class PendingCall(Request request, Instant deadline)
{
    /// <summary>A request may be executed under several numbers after a fail-over (reads are executed again); more are not followed.</summary>
    private const int VotesMax = 4;

    public Request Request { get; } = request;

    public Instant Deadline { get; } = deadline;

    /// <summary>Equal replies that make a majority.</summary>
    public int Quorum { get; init; } = ReplyVoter.AnswerQuorum;

    /// <summary>When it was taken.</summary>
    public Instant Began { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public CallResult? Result { get; set; }

    /// <summary>The calls that wait for it: a client may repeat a call while the first is under way.</summary>
    public List<long> Waiting { get; } = [];

    public List<ReplyVoter> Votes { get; } = new(1);

    /// <summary>The vote whose answer was given.</summary>
    public ReplyVoter? Decided { get; set; }

    public bool IsAnswered { get; set; }

    /// <summary>Whether it has been judged and forgotten.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether people were told that its vote is none.</summary>
    public bool IsAlarmed { get; set; }

    public Instant RetryAt { get; set; }

    public TimeSpan Retry { get; set; }

    /// <summary>When judging ends; never before there is a majority.</summary>
    public Instant JudgeUntil { get; set; } = Instant.Never;

    /// <summary>When a strict write that has two equal replies stops waiting for a third.</summary>
    public Instant AnswerAt { get; set; } = Instant.Never;

    public Instant BodyRetryAt { get; set; } = Instant.Never;

    public List<byte> BodyAsked { get; } = [];

    public bool WasOrdered { get; set; }

    public bool WasBusy { get; set; }

    /// <summary>Whether a timer of its own is in the coordinator's queue, and for when.</summary>
    public Instant TimerAt { get; set; } = Instant.Never;

    public Instant NextDeadline => IsAnswered ? JudgeUntil : Instant.Earlier(Instant.Earlier(Deadline, RetryAt), Instant.Earlier(BodyRetryAt, AnswerAt));

    /// <summary>The vote for the number of a reply; null if there are too many.</summary>
    public ReplyVoter? VoteFor(ReplyMessage reply)
    {
        foreach (var vote in Votes)
        {
            if (vote.Seq == reply.Seq)
                return vote;
        }

        if (Votes.Count >= VotesMax)
            return null;
        var added = new ReplyVoter(reply.Seq, reply.RequestDigest) { Quorum = Quorum };
        Votes.Add(added);
        return added;
    }
}
