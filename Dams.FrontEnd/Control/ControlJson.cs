using System.Text.Json.Serialization;

namespace Dams.FrontEnd.Control;

/// <summary>The JSON form of the orders that are no faults. Unknown names are rejected, as the fault lab rejects them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(ShutdownOrder))]
internal sealed partial class ControlJson : JsonSerializerContext;
