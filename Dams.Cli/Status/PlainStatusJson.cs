using System.Text.Json.Serialization;
using Dams.Hosting.Status;

namespace Dams.Cli.Status;

/// <summary>
/// Reads what front ends and managers say of themselves. An id may be a text or a number: as numbers, 64-bit ids lose digits in some
/// readers. Some texts are a replica's own words, and reach a terminal.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    Converters = [typeof(PlainTextConverter)])]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ManagerStatus))]
internal sealed partial class PlainStatusJson : JsonSerializerContext;
