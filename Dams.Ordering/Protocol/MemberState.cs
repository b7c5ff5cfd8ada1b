namespace Dams.Ordering.Protocol;

/// <summary>The states of a member.</summary>
public enum MemberState
{
    /// <summary>
    /// Nothing is installed yet, or the promise is ahead of what is installed. The member follows no order and waits
    /// for a NEWVIEW.
    /// </summary>
    Promised,

    /// <summary>Installs a NEWVIEW: fetches the entries up to its tail.</summary>
    Installing,

    /// <summary>Follows the order of the installed epoch.</summary>
    Following,

    /// <summary>A new incarnation that is not in the view: it neither promises nor installs, and asks for its JOIN.</summary>
    Outside,

    /// <summary>Its JOIN is ordered. It fetches the snapshot of that number, then the log before it.</summary>
    Joining,

    /// <summary>This incarnation has been ordered out. It never counts again; what its folder holds is evidence.</summary>
    Left,

    /// <summary>It has seen two different entries for one number, and answers nothing any more. Nothing is repaired in place.</summary>
    Halted,

    /// <summary>
    /// It has just started, and not enough others have confirmed that its folder is the newest: the folder may be an
    /// older copy. It promises, acknowledges and executes nothing, and only gives others what is in its log.
    /// </summary>
    Unconfirmed,

    /// <summary>
    /// Others know a newer stamp of its folder, so the folder is an older copy. It never counts again, and answers
    /// nothing.
    /// </summary>
    Outdated,
}
