using System.Text.Json.Serialization;

namespace Dams.FrontEnd.Requests;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RequestVerdictNames)])]
[JsonSerializable(typeof(IReadOnlyList<RequestReport>))]
internal sealed partial class RequestJson : JsonSerializerContext;
