using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dams.Cli.Check;

[JsonSerializable(typeof(CheckResult))]
internal sealed partial class CheckJson : JsonSerializerContext
{
    /// <summary>Writes texts as they are, because standard output is no web page.</summary>
    public static CheckJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
