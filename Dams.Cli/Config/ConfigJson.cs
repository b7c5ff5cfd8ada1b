using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dams.Cli.Config;

[JsonSerializable(typeof(ConfigReport))]
internal sealed partial class ConfigJson : JsonSerializerContext
{
    /// <summary>Writes texts as they are, because standard output is no web page.</summary>
    public static ConfigJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The name of an enumeration's member in JSON.</summary>
    public static string NameOf<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(member.ToString());
}
