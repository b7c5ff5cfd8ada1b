using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dams.Cli.Status;

/// <summary>
/// Reads texts so that they are safe on a terminal. A wrong replica may send an escape sequence as the name of its engine. Characters that
/// can't be seen become replacement characters: controls, line ends, and characters that change the direction of writing.
/// </summary>
internal sealed class PlainTextConverter : JsonConverter<string>
{
    private const char Replacement = '\uFFFD';

    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"expected a text, but found a {reader.TokenType}");
        return PlainOf(reader.GetString()!);
    }

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PlainOf(reader.GetString()!);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    private static string PlainOf(string text) =>
        text.Any(IsUnseen) ? string.Concat(text.Select(c => IsUnseen(c) ? Replacement : c)) : text;

    private static bool IsUnseen(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
