namespace Dams.Hosting.Survival;

/// <summary>
/// The numbers that front ends and managers decide by. They stand here, and not with the code that uses them, because the verdicts of
/// <see cref="LossRules"/> must follow from the very same numbers. K and Q are those of <see cref="Ordering.View"/>.
/// </summary>
public static class VotingRules
{
    /// <summary>f + 1: with at most one wrong replica, one of two equal replies is right.</summary>
    public const int AnswerQuorum = 2;

    /// <summary>How many equal replies a strict write needs while a further replica can still reply.</summary>
    public const int StrictQuorum = 3;

    /// <summary>How many votes of managers other than the accused's own decide.</summary>
    public const int VotesToDecide = 2;

    /// <summary>How many healthy replicas must be left to copy from. A joiner needs two that vouch for a snapshot.</summary>
    public const int DonorsMin = 2;

    /// <summary>The fewest replicas of which one may be wrong while another has crashed.</summary>
    public const int ReplicasForBothFaults = AnswerQuorum + 2;
}
