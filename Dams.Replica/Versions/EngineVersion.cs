using Dams.Contracts.Engines;

namespace Dams.Replica.Versions;

/// <summary>A version that a replica can run.</summary>
/// <param name="Name">The name in the configuration.</param>
/// <param name="Description">The technique of the version, in a sentence.</param>
/// <param name="Create">Makes an engine that holds no slot.</param>
internal sealed record EngineVersion(string Name, string Description, Func<IAppointmentEngine> Create);
