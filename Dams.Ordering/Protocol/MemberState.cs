namespace Dams.Ordering.Protocol;

/// <summary>What a member is doing.</summary>
public enum MemberState
{
    /// <summary>
    /// Nothing is installed yet, or the promise is ahead of what is installed: no order is followed, a NEWVIEW is waited for.
    /// </summary>
    Promised,

    /// <summary>A NEWVIEW is being installed: entries up to its tail are fetched.</summary>
    Installing,

    /// <summary>Follows the order of the installed epoch.</summary>
    Following,

    /// <summary>A new incarnation that is not in the view: it neither promises nor installs, and asks for its JOIN.</summary>
    Outside,

    /// <summary>Its JOIN is ordered: the snapshot of that number is being fetched, then the log in front of it.</summary>
    Joining,

    /// <summary>This incarnation has been ordered out. It never counts again; what its folder holds is evidence.</summary>
    Left,

    /// <summary>Two different entries for one number were seen: it answers nothing any more. Nothing is repaired in place.</summary>
    Halted,

    /// <summary>
    /// Has just started, and nobody has confirmed yet that its folder is the newest: it may be an older copy. It promises, acknowledges and
    /// executes nothing, and only gives others what is in its log.
    /// </summary>
    Unconfirmed,

    /// <summary>Others know a newer stamp of its folder, which is an older copy then. It never counts again, and answers nothing.</summary>
    Outdated,
}
