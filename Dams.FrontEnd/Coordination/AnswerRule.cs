namespace Dams.FrontEnd.Coordination;

/// <summary>What a vote says about its call.</summary>
internal enum VoteState
{
    /// <summary>A reply can still change it.</summary>
    Open,

    /// <summary>The majority's result is the answer.</summary>
    Answer,

    /// <summary>Everyone has spoken, and no result stands alone.</summary>
    Divergence,
}

/// <summary>
/// When a vote is an answer. Two equal replies are one, because at most one replica is wrong. A strict write does not rely on that while it can be helped: it takes three
/// equal, or two equal when nobody is left to speak. A rival pair spoils any vote that is not answered yet.
/// </summary>
internal static class AnswerRule
{
    private const int StrictQuorum = 3;

    /// <summary>The state of a vote.</summary>
    /// <param name="vote">The vote.</param>
    /// <param name="isStrict">Whether the call is a write, and writes are strict.</param>
    /// <param name="isSomeoneLeft">Whether an active replica has not replied and is inside the limit for late replies.</param>
    /// <param name="mutant">The rule that is taken out.</param>
    public static VoteState Of(ReplyVoter vote, bool isStrict, bool isSomeoneLeft, CoordinationMutant mutant = CoordinationMutant.None)
    {
        if (vote.Majority is null)
            return isSomeoneLeft ? VoteState.Open : VoteState.Divergence;
        // Even a lax call has met a second pair before its answer, if the answer's body had to be fetched.
        if (vote.HasRival && mutant != CoordinationMutant.RivalIsIgnored)
            return isSomeoneLeft ? VoteState.Open : VoteState.Divergence;
        return !isStrict || vote.Agreeing >= StrictQuorum || !isSomeoneLeft ? VoteState.Answer : VoteState.Open;
    }
}
