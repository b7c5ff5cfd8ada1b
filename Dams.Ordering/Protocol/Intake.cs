namespace Dams.Ordering.Protocol;

/// <summary>What has become of an entry that another process gave.</summary>
internal enum IntakeStatus
{
    /// <summary>The entry is of no use, or not yet: entries before it have to arrive first.</summary>
    Waiting,

    /// <summary>It was taken. The next one may have arrived already.</summary>
    Taken,

    /// <summary>What was fetched is final, and is as much as may be kept in memory. It goes to the log before more is fetched.</summary>
    PartIsFinal,

    /// <summary>Nothing is missing any more.</summary>
    Complete,

    /// <summary>It contradicts what this member may not give up.</summary>
    Contradiction,
}

/// <summary>What has become of an entry that another process gave, and why.</summary>
/// <param name="Status">What has become of it.</param>
/// <param name="Reason">What contradicts what; null if nothing does.</param>
internal readonly record struct Intake(IntakeStatus Status, string? Reason = null)
{
    public static readonly Intake Waiting = new(IntakeStatus.Waiting);

    public static readonly Intake Taken = new(IntakeStatus.Taken);

    public static readonly Intake PartIsFinal = new(IntakeStatus.PartIsFinal);

    public static readonly Intake Complete = new(IntakeStatus.Complete);

    public static Intake Contradiction(string reason) => new(IntakeStatus.Contradiction, reason);
}
