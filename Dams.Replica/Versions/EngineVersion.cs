using Dams.Contracts.Engines;

namespace Dams.Replica.Versions;

/// <summary>A version that a replica can run.</summary>
/// <param name="Name">As configuration names it.</param>
/// <param name="Description">Its technique, in a sentence.</param>
/// <param name="Create">Makes an engine without any slot.</param>
internal sealed record EngineVersion(string Name, string Description, Func<IAppointmentEngine> Create);
