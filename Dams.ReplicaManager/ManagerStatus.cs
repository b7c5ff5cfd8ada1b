using System.Text.Json.Serialization;

namespace Dams.ReplicaManager;

/// <summary>What a manager says of itself at <c>/status</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="State"><c>running</c> or <c>stopping</c>.</param>
/// <param name="Replica">Its replica.</param>
internal sealed record ManagerStatus(string Id, int ProcessId, string State, ReplicaStatus Replica);

/// <summary>What a manager says of its replica's process.</summary>
/// <param name="Id">The replica's id.</param>
/// <param name="ProcessId">Its process; null if there is none.</param>
/// <param name="State">A <see cref="Hosting.Supervision.SupervisedState"/> in lower case.</param>
/// <param name="Restarts">How often this manager has started it again.</param>
/// <param name="LastExitCode">What it ended with last, if this manager could see it.</param>
internal sealed record ReplicaStatus(string Id, int? ProcessId, string State, int Restarts, int? LastExitCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ManagerStatus))]
internal sealed partial class ManagerJson : JsonSerializerContext;
