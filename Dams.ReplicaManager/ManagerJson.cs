using System.Text.Json.Serialization;
using Dams.Hosting.Status;

namespace Dams.ReplicaManager;

/// <summary>The JSON that a manager writes, nulls as well.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ManagerStatus))]
internal sealed partial class ManagerJson : JsonSerializerContext;
