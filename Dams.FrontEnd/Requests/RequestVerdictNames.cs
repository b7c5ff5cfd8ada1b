using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dams.FrontEnd.Requests;

/// <summary>Writes verdicts in camel case.</summary>
internal sealed class RequestVerdictNames() : JsonStringEnumConverter<RequestVerdict>(JsonNamingPolicy.CamelCase);
