namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// A rule of detection, agreement or replacement that is taken out, to show that the simulation notices its absence. Set by tests only.
/// </summary>
internal enum ManagerMutant
{
    /// <summary>All rules stand.</summary>
    None = 0,

    /// <summary>A front end's word is enough to replace.</summary>
    VerdictIsEnough,

    /// <summary>A suspicion is enough to replace.</summary>
    SuspicionIsEnough,

    /// <summary>One vote decides.</summary>
    OneVoteDecides,

    /// <summary>The accused's own manager votes as well, always for its replica's death.</summary>
    OwnManagerVotes,

    /// <summary>Several replacements are carried out at a time.</summary>
    ReplacesAtOnce,

    /// <summary>Nobody checks whether enough replicas are left to copy from.</summary>
    DonorsAreNotCounted,

    /// <summary>A seat is replaced without limit.</summary>
    ReplacesForEver,

    /// <summary>Reports about a replaced incarnation count against the next one.</summary>
    CaseOutlivesIncarnation,

    /// <summary>A restart under way does not hold the votes.</summary>
    RestartIsNotHeld,

    /// <summary>A vote that is ordered twice counts twice.</summary>
    VotesAreCountedTwice,

    /// <summary>A missing state digest accuses.</summary>
    MissingDigestAccuses,

    /// <summary>A manager that finds an accused's state with the majority, at the same checkpoint or later, does not say so.</summary>
    StateIsNeverAcquitted,

    /// <summary>A reply that can't be had accuses.</summary>
    MissingReplyAccuses,

    /// <summary>A manager that nobody answers, or that stood still itself, votes for death.</summary>
    BlindVote,

    /// <summary>The manager starts a new incarnation before the old one has left.</summary>
    ReplacedBeforeItLeft,
}
