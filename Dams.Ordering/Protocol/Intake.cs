namespace Dams.Ordering.Protocol;

/// <summary>The outcome for an entry that another process gave.</summary>
internal enum IntakeStatus
{
    /// <summary>The entry is of no use, or not yet: entries before it have to arrive first.</summary>
    Waiting,

    /// <summary>It was taken. The next one may have arrived already.</summary>
    Taken,

    /// <summary>The fetched entries are final, and as many as may be kept in memory. They go to the log before more are fetched.</summary>
    PartIsFinal,

    /// <summary>Nothing is missing any more.</summary>
    Complete,

    /// <summary>It contradicts what this member may not give up.</summary>
    Contradiction,
}

/// <summary>The outcome for an entry that another process gave, with its reason.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Reason">The contradiction; null if there is none.</param>
internal readonly record struct Intake(IntakeStatus Status, string? Reason = null)
{
    public static readonly Intake Waiting = new(IntakeStatus.Waiting);

    public static readonly Intake Taken = new(IntakeStatus.Taken);

    public static readonly Intake PartIsFinal = new(IntakeStatus.PartIsFinal);

    public static readonly Intake Complete = new(IntakeStatus.Complete);

    public static Intake Contradiction(string reason) => new(IntakeStatus.Contradiction, reason);
}
