using System.Text.Json.Serialization;
using Dams.Hosting.Status;

namespace Dams.FrontEnd.Status;

/// <summary>The JSON that this front end writes, and that managers answer it with. What is not known is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(ManagerStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
