using Dams.Hosting.Topology;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions;

/// <summary>A version that a replica can run.</summary>
/// <param name="Known">Its entry in the register of versions.</param>
/// <param name="Create">Makes an engine that holds no slot.</param>
internal sealed record EngineVersion(KnownVersion Known, Func<IAppointmentEngine> Create)
{
    /// <summary>The name in the configuration.</summary>
    public string Name => Known.Name;
}
