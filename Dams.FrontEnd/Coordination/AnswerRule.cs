using Dams.Contracts.Encoding;
using Dams.Hosting.Survival;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>The state of the vote on a call.</summary>
internal enum VoteState
{
    /// <summary>A reply can still change it.</summary>
    Open,

    /// <summary>The majority's result is the answer.</summary>
    Answer,

    /// <summary>No further reply is awaited, and no single result has a majority.</summary>
    Divergence,
}

/// <summary>
/// Decides when a vote is an answer. Two equal replies are enough, because at most one replica is wrong. A strict write relies
/// on that only if it must: it needs three equal replies, or two when no other replica can still reply in time. A rival pair
/// (two equal replies with another result) prevents an answer that is not given yet. Pure and single-threaded.
/// </summary>
internal sealed class AnswerRule(CoordinatorOptions options, ActiveReplicas replicas)
{
    /// <summary>Finds the state of the vote on a call.</summary>
    public VoteState StateOf(PendingCall call, Instant now)
    {
        if (call.Decided is { } decided)
        {
            var isStrict = options.Strict && CommandCodec.IsWrite(call.Request.Opcode);
            return StateOf(decided, isStrict, isSomeoneLeft: now < call.AnswerBy && !replicas.HaveReplied(decided));
        }

        foreach (var vote in call.Votes)
        {
            if (StateOf(vote, isStrict: false, isSomeoneLeft: !replicas.HaveAllReplied(vote)) == VoteState.Divergence)
                return VoteState.Divergence;
        }

        return VoteState.Open;
    }

    /// <param name="isStrict">Whether the call is a write and writes are strict.</param>
    /// <param name="isSomeoneLeft">Whether an active replica has not replied and is inside the limit for late replies.</param>
    private static VoteState StateOf(ReplyVoter vote, bool isStrict, bool isSomeoneLeft)
    {
        if (vote.Majority is null)
            return isSomeoneLeft ? VoteState.Open : VoteState.Divergence;
        // A call that is not strict can meet a second pair before its answer, too, if the answer's body had to be fetched.
        if (vote.HasRival)
            return isSomeoneLeft ? VoteState.Open : VoteState.Divergence;
        return !isStrict || vote.Agreeing >= VotingRules.StrictQuorum || !isSomeoneLeft ? VoteState.Answer : VoteState.Open;
    }
}
