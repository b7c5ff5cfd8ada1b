namespace Dams.Replica.State.Snapshots;

/// <summary>The reason why a snapshot is rejected.</summary>
/// <param name="Problem">The kind of the problem.</param>
/// <param name="Offset">The place of the problem, in bytes from the start of the snapshot.</param>
/// <param name="Detail">A sentence for people.</param>
internal sealed record SnapshotRefused(SnapshotProblem Problem, long Offset, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Problem} at byte {Offset}: {Detail}";
}

/// <summary>The kinds of problems for which a snapshot is rejected.</summary>
internal enum SnapshotProblem
{
    /// <summary>The disk or the network didn't give the bytes.</summary>
    Unreadable = 1,

    /// <summary>It does not begin like a snapshot.</summary>
    NotASnapshot,

    /// <summary>It has a format that this program doesn't know.</summary>
    UnknownFormat,

    /// <summary>It ends too early.</summary>
    Truncated,

    /// <summary>It, or a part of it, is longer than is possible.</summary>
    TooLong,

    /// <summary>A part of it can't be read.</summary>
    Malformed,

    /// <summary>A part of it is not where it belongs.</summary>
    OutOfOrder,

    /// <summary>Its parts contradict each other, or the rules of the domain.</summary>
    Inconsistent,

    /// <summary>A digest in it does not fit its bytes, so it is not what was written.</summary>
    Damaged,

    /// <summary>It is not the state that was expected, although it may be right in itself.</summary>
    NotAsExpected,

    /// <summary>The engine could not restore it, or holds something else after restoring it.</summary>
    EngineDiffers,

    /// <summary>It does not fit the log that must continue from it.</summary>
    NotOfThisLog,
}
