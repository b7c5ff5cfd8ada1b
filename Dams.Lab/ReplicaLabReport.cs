namespace Dams.Lab;

/// <summary>The faults that are injected into a replica.</summary>
/// <param name="Replica">The replica's number.</param>
/// <param name="Told">How many wrong replies or digests it has given since its process started.</param>
/// <param name="Lie">The kind of its lies; null if it tells the truth.</param>
/// <param name="Left">How many lies are left; null if it lies until it is healed.</param>
/// <param name="Slow">The delay of its replies; null if there is none.</param>
public sealed record ReplicaLabReport(int Replica, long Told, string? Lie = null, int? Left = null, string? Slow = null);
