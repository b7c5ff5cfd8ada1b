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
/// (two equal replies with another result) prevents an answer that is not given yet.
/// </summary>
internal static class AnswerRule
{
    private const int StrictQuorum = 3;

    /// <summary>Finds the state of a vote.</summary>
    /// <param name="isStrict">Whether the call is a write and writes are strict.</param>
    /// <param name="isSomeoneLeft">Whether an active replica has not replied and is inside the limit for late replies.</param>
    /// <param name="mutant">The rule that a test switches off.</param>
    public static VoteState Of(ReplyVoter vote, bool isStrict, bool isSomeoneLeft, CoordinationMutant mutant = CoordinationMutant.None)
    {
        if (vote.Majority is null)
            return isSomeoneLeft ? VoteState.Open : VoteState.Divergence;
        // A call that is not strict can meet a second pair before its answer, too, if the answer's body had to be fetched.
        if (vote.HasRival && mutant != CoordinationMutant.RivalIsIgnored)
            return isSomeoneLeft ? VoteState.Open : VoteState.Divergence;
        return !isStrict || vote.Agreeing >= StrictQuorum || !isSomeoneLeft ? VoteState.Answer : VoteState.Open;
    }
}
