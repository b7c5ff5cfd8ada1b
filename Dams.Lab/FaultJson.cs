using System.Text.Json.Serialization;

namespace Dams.Lab;

/// <summary>The JSON form of the orders. Unknown names are rejected: a misspelt name must not cause another fault than was meant.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(LieOrder))]
[JsonSerializable(typeof(AccuseOrder))]
[JsonSerializable(typeof(CrashOrder))]
[JsonSerializable(typeof(PauseOrder))]
[JsonSerializable(typeof(SlowOrder))]
[JsonSerializable(typeof(PacketOrder))]
[JsonSerializable(typeof(DelayOrder))]
[JsonSerializable(typeof(PartitionOrder))]
[JsonSerializable(typeof(HealOrder))]
[JsonSerializable(typeof(LabReport))]
[JsonSerializable(typeof(ReplicaLabReport))]
public sealed partial class FaultJson : JsonSerializerContext;
