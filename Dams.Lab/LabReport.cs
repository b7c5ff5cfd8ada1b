namespace Dams.Lab;

/// <summary>The faults that are injected at present.</summary>
/// <param name="Paused">The processes that are paused.</param>
/// <param name="Network">The network's faults, a line each.</param>
/// <param name="Datagrams">The counters of the proxy.</param>
/// <param name="Replicas">The faults of the replicas that answer.</param>
/// <param name="Accused">The replica that the front end accuses wrongly; null if there is none.</param>
public sealed record LabReport(
    IReadOnlyList<string> Paused, IReadOnlyList<string> Network, ProxyCounters Datagrams, IReadOnlyList<ReplicaLabReport> Replicas,
    int? Accused = null);
