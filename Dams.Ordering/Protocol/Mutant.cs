namespace Dams.Ordering.Protocol;

/// <summary>
/// A rule of the protocol that a test takes out, to show that the simulation would notice. Only the tests can set one.
/// Each names a mistake that others have made.
/// </summary>
internal enum Mutant
{
    /// <summary>The protocol as it is.</summary>
    None,

    /// <summary>Two promises and two installs are enough for an epoch of four members.</summary>
    EpochQuorumOfTwo,

    /// <summary>An entry is committed when one member has it.</summary>
    CommitQuorumOfOne,

    /// <summary>A NEWVIEW that is installed already is installed again, and cuts what was acknowledged since.</summary>
    DelayedNewViewCuts,

    /// <summary>An entry is appended even if there is a gap before it.</summary>
    GapIsSkipped,

    /// <summary>A member follows the order of an epoch that is older than the promised one.</summary>
    OlderEpochIsFollowed,

    /// <summary>A member obeys a commit number from any sender.</summary>
    CommitIsObeyedAcrossEpochs,

    /// <summary>A write is acknowledged before it is flushed.</summary>
    AcknowledgedBeforeFlush,

    /// <summary>A member that votes from its ACTIVATE on also counts for entries before it.</summary>
    ActivationCountsForOlderEntries,

    /// <summary>The longest log is chosen, whatever epoch it has installed.</summary>
    LongestLogWins,

    /// <summary>Every promise counts, whether its member is in the view or not.</summary>
    QuorumOfStrangers,

    /// <summary>An entry is executed as soon as it is appended.</summary>
    ExecutedOnOrder,

    /// <summary>A promise is given without being on disk.</summary>
    PromiseIsForgotten,

    /// <summary>A sequencer whose message is refused is not told.</summary>
    RefusalReachesNobody,

    /// <summary>A repeated request is acknowledged, and nothing else happens.</summary>
    DuplicateIsSwallowed,

    /// <summary>A joiner whose JOIN is above the new epoch's tail halts.</summary>
    JoinerAboveTailHalts,

    /// <summary>A member whose log is shorter than the new epoch's halts, and fetches nothing.</summary>
    ShorterMemberHalts,

    /// <summary>Members that were not heard in this epoch don't hold up trimming.</summary>
    TrimmingIgnoresSilentMembers,

    /// <summary>A wiped member counts under its old identity.</summary>
    WipedMemberKeepsItsIdentity,

    /// <summary>A member works on any folder that it finds, even on an older copy of its own.</summary>
    FolderIsBelieved,

    /// <summary>
    /// A member counts itself as ordered out, and its folder is set aside, as soon as its log has its LEAVE, committed
    /// or not.
    /// </summary>
    LogDeletedBeforeLeave,

    /// <summary>The sequencer's history drops the oldest entries when it is full, committed or not.</summary>
    UncommittedEntriesAreDropped,

    /// <summary>The session table forgets a request after a few others.</summary>
    SessionWindowIsSmall,

    /// <summary>The time of entries follows the sequencer's clock wherever it jumps.</summary>
    TimeFollowsTheClock,

    /// <summary>A skip needs the promises only of members that were heard recently.</summary>
    SkipSignedByTheLiving,

    /// <summary>The promise not to execute an entry is given without being on disk.</summary>
    SkipPromiseIsForgotten,
}
