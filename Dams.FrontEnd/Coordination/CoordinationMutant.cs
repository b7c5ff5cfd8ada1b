namespace Dams.FrontEnd.Coordination;

/// <summary>
/// A rule of voting and accusing that is taken out, so that the tests can show that they would notice. Only the tests can set one. Each names a
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

    /// <summary>Without a majority, and with two of them, those who differ from the first are wrong.</summary>
    NoMajorityAccuses,

    /// <summary>Whoever replies has a vote.</summary>
    InactiveReplyCounts,

    /// <summary>Late replies are waited for from the sending of the request, not from the second equal reply.</summary>
    SuspicionFromSending,

    /// <summary>A reply that is missing is suspicious whatever the sequencer does meanwhile.</summary>
    SuspicionDuringFailOver,

    /// <summary>The first reply is the answer.</summary>
    AnswerAtFirstReply,

    /// <summary>The first pair is the answer, even if there is another.</summary>
    RivalIsIgnored,

    /// <summary>The numbers that are followed are counted for all replicas together, so that one can take all places.</summary>
    PlacesAreShared,
}
