namespace Dams.FrontEnd.Coordination;

/// <summary>
/// A rule of voting or accusing that is switched off, so that the tests can show that they notice. Only tests set one. Each is a
/// mistake that others have made.
/// </summary>
internal enum CoordinationMutant
{
    /// <summary>The rules as they are.</summary>
    None,

    /// <summary>Wrong replies are counted as their votes close, not in the order of their numbers.</summary>
    StrikesInArrivalOrder,

    /// <summary>A right reply does not end a run of wrong ones.</summary>
    StrikesNeverReset,

    /// <summary>A missing reply is a wrong one.</summary>
    MissingCountsAsWrong,

    /// <summary>Replicas are judged even without a majority or with two: a reply that differs from the first majority is wrong.</summary>
    NoMajorityAccuses,

    /// <summary>Replies of inactive incarnations count, too.</summary>
    InactiveReplyCounts,

    /// <summary>The limit for late replies runs from the sending of the request, not from the second equal reply.</summary>
    SuspicionFromSending,

    /// <summary>A missing reply leads to a suspicion even while the sequencers fail over.</summary>
    SuspicionDuringFailOver,

    /// <summary>The first reply is the answer.</summary>
    AnswerAtFirstReply,

    /// <summary>The first pair is the answer, even if there is a rival pair.</summary>
    RivalIsIgnored,

    /// <summary>All replicas share the limit on followed numbers, so one replica can use it up.</summary>
    PlacesAreShared,
}
