using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dams.Cli.Status;

/// <summary>
/// Reads texts so that they can be written to a terminal, whoever's they are: a replica that is wrong may send an escape sequence as the name of its engine. What is
/// no character to look at, controls, line ends and what turns the direction of writing, becomes a replacement character.
/// </summary>
internal sealed class PlainTextConverter : JsonConverter<string>
{
    private const char Replacement = '\uFFFD';

    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"a text is expected, and not a {reader.TokenType}");
        return PlainOf(reader.GetString()!);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    private static string PlainOf(string text) => text.Any(IsUnseen) ? string.Concat(text.Select(c => IsUnseen(c) ? Replacement : c)) : text;

    private static bool IsUnseen(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
