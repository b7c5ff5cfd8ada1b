namespace Dams.Lab;

/// <summary>
/// Makes a replica lie in <c>Count</c> replies or, for <c>state</c>, about <c>Count</c> checkpoints. Without a count it lies until it is
/// healed.
/// </summary>
public sealed record LieOrder(int Replica, string Kind, int? Count = null)
{
    /// <summary>The highest count.</summary>
    public const int CountMax = 1_000_000;
}

/// <summary>Makes the front end report a healthy replica as wrong and silent.</summary>
public sealed record AccuseOrder(int Replica);

/// <summary>Ends a process with kill -9.</summary>
public sealed record CrashOrder(string Process);

/// <summary>Pauses a process for a while.</summary>
public sealed record PauseOrder(string Process, string For);

/// <summary>Delays a replica's replies by a fixed time.</summary>
public sealed record SlowOrder(int Replica, string By);

/// <summary>
/// Drops, duplicates or corrupts a percentage of the datagrams: of all, or of those from a process, to a process, or both.
/// </summary>
public sealed record PacketOrder(double Percent, string? From = null, string? To = null);

/// <summary>Delays datagrams by a fixed time, and by up to <c>Jitter</c> more.</summary>
public sealed record DelayOrder(string By, string? Jitter = null, string? From = null, string? To = null);

/// <summary>Separates groups of processes, so that they do not hear each other: <c>1,2|3,4</c>.</summary>
public sealed record PartitionOrder(string Groups);

/// <summary>Ends all faults.</summary>
public sealed record HealOrder;
