namespace Dams.Ordering.Protocol;

/// <summary>
/// A rule of the protocol that is taken out, so that the tests can show that the simulation would notice. Only the tests can set one. Each names a
/// mistake that others have made.
/// </summary>
internal enum Mutant
{
    /// <summary>The protocol as it is.</summary>
    None,

    /// <summary>Two promises and two installs make an epoch of four.</summary>
    EpochQuorumOfTwo,

    /// <summary>An entry is committed when one member has it.</summary>
    CommitQuorumOfOne,

    /// <summary>A NEWVIEW that is installed already is installed again, and cuts what was acknowledged since.</summary>
    DelayedNewViewCuts,

    /// <summary>An entry is appended whatever gap is in front of it.</summary>
    GapIsSkipped,

    /// <summary>The order of an older epoch than the promised one is followed.</summary>
    OlderEpochIsFollowed,

    /// <summary>A commit number is obeyed whoever it comes from.</summary>
    CommitIsObeyedAcrossEpochs,

    /// <summary>What is written is acknowledged before it is flushed.</summary>
    AcknowledgedBeforeFlush,

    /// <summary>A member that votes since its ACTIVATE counts for entries before it.</summary>
    ActivationCountsForOlderEntries,

    /// <summary>The longest log is chosen, whatever epoch it has installed.</summary>
    LongestLogWins,

    /// <summary>Promises count whoever gives them, in the view or not.</summary>
    QuorumOfStrangers,

    /// <summary>An entry is executed as soon as it is appended.</summary>
    ExecutedOnOrder,

    /// <summary>A promise is given without being on disk.</summary>
    PromiseIsForgotten,

    /// <summary>Who is refused is not told.</summary>
    RefusalReachesNobody,

    /// <summary>The repeat of a request is acknowledged, and nothing else.</summary>
    DuplicateIsSwallowed,

    /// <summary>A joiner whose JOIN is above the new epoch's tail halts.</summary>
    JoinerAboveTailHalts,

    /// <summary>A member whose log is shorter than the new epoch's halts, and fetches nothing.</summary>
    ShorterMemberHalts,

    /// <summary>Members that were not heard in this epoch don't hold trimming up.</summary>
    TrimmingIgnoresSilentMembers,

    /// <summary>A wiped member counts under its old identity.</summary>
    WipedMemberKeepsItsIdentity,

    /// <summary>A member works on whatever folder it finds, be it an older copy of its own.</summary>
    FolderIsBelieved,

    /// <summary>A member takes itself for ordered out, and its folder is set aside, as soon as it has its LEAVE, committed or not.</summary>
    LogDeletedBeforeLeave,

    /// <summary>The sequencer's history drops the oldest entries when it is full, committed or not.</summary>
    UncommittedEntriesAreDropped,

    /// <summary>The session table forgets a request after a few others.</summary>
    SessionWindowIsSmall,

    /// <summary>The time of entries follows the sequencer's clock wherever it jumps.</summary>
    TimeFollowsTheClock,

    /// <summary>A skip needs the promises of the members that were heard lately, and of nobody else.</summary>
    SkipSignedByTheLiving,

    /// <summary>The promise not to execute an entry is given without being on disk.</summary>
    SkipPromiseIsForgotten,
}
