using System.Text.Json.Serialization;
using Dams.Hosting.Status;

namespace Dams.FrontEnd.Status;

/// <summary>The JSON that this front end writes, and the JSON of the managers that it reads. Unknown values are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(ManagerStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
