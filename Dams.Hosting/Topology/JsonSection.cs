using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Dams.Hosting.Topology;

/// <summary>The rules of the reader for one property. The schema beside this class must have the same rules.</summary>
/// <param name="Type">The JSON type, as JSON Schema names it.</param>
/// <param name="Min">The least value of an integer, or the least count of a list.</param>
/// <param name="Max">The greatest value of an integer, or the greatest count of a list.</param>
/// <param name="Choices">The allowed values, joined by <c>|</c>; null if there is no such list.</param>
/// <param name="Required">Whether the property must be there, because it has no default.</param>
internal readonly record struct JsonShape(string Type, long? Min = null, long? Max = null, string? Choices = null, bool Required = false);

/// <summary>
/// One object of the configuration. The reader asks for its properties one by one, and never stops at a problem. A property that the reader
/// did not ask for is unknown.
/// </summary>
internal sealed class JsonSection
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    private readonly JsonFindings _findings;
    private readonly string _shapePath;
    private readonly Dictionary<string, JsonElement> _properties = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public JsonSection(JsonElement element, string path, string shapePath, JsonFindings findings)
    {
        Path = path;
        _shapePath = shapePath;
        _findings = findings;
        if (element.ValueKind != JsonValueKind.Object)
        {
            Problem(path, $"is {KindOf(element)}", "an object");
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!_properties.TryAdd(property.Name, property.Value))
                Problem(PathOf(property.Name), "appears twice", "each property once");
        }
    }

    /// <summary>The JSON path of this object.</summary>
    public string Path { get; }

    public string PathOf(string name) => $"{Path}.{name}";

    /// <summary>Whether a property is there, right or wrong.</summary>
    public bool Has(string name) => _properties.ContainsKey(name);

    public void Problem(string path, string wrong, string expected) => _findings.Problems.Add(new TopologyProblem(path, wrong, expected));

    /// <summary>Reads and parses a string. Gives <paramref name="absent"/> if the string is missing or wrong.</summary>
    public T Text<T>(string name, string expected, Func<string, T?> parse, T absent, bool required = false)
        where T : class?
    {
        if (!Ask(name, new JsonShape("string", Required: required), expected, out var element))
            return absent;
        var text = TextOf(element, PathOf(name), expected);
        if (text is null)
            return absent;
        if (parse(text) is { } value)
            return value;
        Problem(PathOf(name), $"is \"{Shortened(text)}\"", expected);
        return absent;
    }

    public TEnum Choice<TEnum>(string name, TEnum absent)
        where TEnum : struct, Enum
    {
        var names = Enum.GetNames<TEnum>().Select(choice => choice.ToLowerInvariant()).ToList();
        var expected = "one of " + string.Join(", ", names);
        if (!Ask(name, new JsonShape("string", Choices: string.Join('|', names)), expected, out var element)
            || TextOf(element, PathOf(name), expected) is not { } text)
            return absent;
        var index = names.IndexOf(text);
        if (index >= 0)
            return Enum.GetValues<TEnum>()[index];
        Problem(PathOf(name), $"is \"{Shortened(text)}\"", expected);
        return absent;
    }

    public bool Flag(string name)
    {
        if (!Ask(name, new JsonShape("boolean"), "true or false", out var element))
            return false;
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return element.GetBoolean();
        Problem(PathOf(name), $"is {KindOf(element)}", "true or false");
        return false;
    }

    /// <summary>
    /// Reads a whole number. Gives <paramref name="absent"/> if the number is missing or wrong. The property is required if
    /// <paramref name="absent"/> is null.
    /// </summary>
    public int? Whole(string name, int min, int max, int? absent)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");
        if (!Ask(name, new JsonShape("integer", min, max, Required: absent is null), expected, out var element))
            return absent;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= min && value <= max)
            return value;
        Problem(PathOf(name), $"is {KindOf(element)}", expected);
        return absent;
    }

    /// <summary>Reads an object inside this one. A missing object is read as an empty one.</summary>
    public T Section<T>(string name, Func<JsonSection, T> read)
    {
        var section = Ask(name, new JsonShape("object"), "an object", out var element)
            ? new JsonSection(element, PathOf(name), ShapeOf(name), _findings)
            : new JsonSection(Nothing, PathOf(name), ShapeOf(name), _findings);
        var value = read(section);
        section.Done();
        return value;
    }

    /// <summary>
    /// Reads a list of objects; null if it is missing or no list. Elements that can't be read are left out, and are problems.
    /// </summary>
    public ImmutableArray<T>? List<T>(string name, string of, int min, int max, Func<JsonSection, int, T?> read)
        where T : class =>
        Elements(name, of, min, max, (element, path, index) =>
        {
            var section = new JsonSection(element, path, ShapeOf(name) + "[]", _findings);
            if (element.ValueKind != JsonValueKind.Object)
                return null;
            var value = read(section, index);
            section.Done();
            return value;
        });

    /// <summary>
    /// Reads an object with names of its own choice. Each value is a string or an object. A value that is wrong is a problem, and is null.
    /// </summary>
    /// <param name="name">The name of the property.</param>
    /// <param name="of">The content, for messages.</param>
    /// <param name="min">The least count of values.</param>
    /// <param name="max">The greatest count of values.</param>
    /// <param name="expected">The form of a string, for messages.</param>
    /// <param name="parse">Makes a value of a name and a string.</param>
    /// <param name="read">Makes a value of a name and an object.</param>
    public ImmutableSortedDictionary<string, T?> Map<T>(
        string name, string of, int min, int max, string expected, Func<string, string, T?> parse, Func<string, JsonSection, T?> read)
        where T : class
    {
        _findings.Shapes[ShapeOf(name) + "{}"] = new JsonShape("string|object");
        var values = ImmutableSortedDictionary.CreateBuilder<string, T?>(StringComparer.Ordinal);
        var expectedHere = string.Create(CultureInfo.InvariantCulture, $"an object of {min} to {max}: {of}");
        if (!Ask(name, new JsonShape("object", min, max), expectedHere, out var element))
            return values.ToImmutable();
        var map = new JsonSection(element, PathOf(name), ShapeOf(name), _findings);
        if (element.ValueKind == JsonValueKind.Object && (map._properties.Count < min || map._properties.Count > max))
            Problem(map.Path, string.Create(CultureInfo.InvariantCulture, $"has {map._properties.Count}"), expectedHere);
        foreach (var (key, value) in map._properties.Take(max))
        {
            var path = map.PathOf(Shortened(key));
            if (value.ValueKind == JsonValueKind.Object)
            {
                var section = new JsonSection(value, path, ShapeOf(name) + "{}", _findings);
                values[key] = read(key, section);
                section.Done();
                continue;
            }

            var text = TextOf(value, path, expected);
            values[key] = text is null ? null : parse(key, text);
            if (text is not null && values[key] is null)
                Problem(path, $"is \"{Shortened(text)}\"", expected);
        }

        return values.ToImmutable();
    }

    /// <summary>Reads a list of different strings; null if it is missing or no list.</summary>
    public ImmutableArray<string>? TextList(string name, string of, int min, int max, Func<string, bool> isRight)
    {
        _findings.Shapes[ShapeOf(name) + "[]"] = new JsonShape("string");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Elements(name, of, min, max, (element, path, _) =>
        {
            if (TextOf(element, path, of) is not { } text)
                return null;
            if (!isRight(text))
                Problem(path, $"is \"{Shortened(text)}\"", of);
            else if (!seen.Add(text))
                Problem(path, $"is \"{text}\" again", "different ones");
            return text;
        });
    }

    /// <summary>Ends the reading of this object. Reports each property that was not asked for as unknown.</summary>
    public void Done()
    {
        var known = string.Join(", ", _asked.Order(StringComparer.Ordinal));
        foreach (var name in _properties.Keys.Where(name => !_asked.Contains(name)))
            Problem(PathOf(Shortened(name)), "is not known", $"one of {known}");
    }

    private ImmutableArray<T>? Elements<T>(string name, string of, int min, int max, Func<JsonElement, string, int, T?> read)
        where T : class
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a list of {min} to {max}: {of}");
        if (!Ask(name, new JsonShape("array", min, max), expected, out var element))
            return null;
        if (element.ValueKind != JsonValueKind.Array)
        {
            Problem(PathOf(name), $"is {KindOf(element)}", expected);
            return null;
        }

        var count = element.GetArrayLength();
        if (count < min || count > max)
            Problem(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"has {count}"), expected);
        var index = 0;
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (var item in element.EnumerateArray().Take(max))
        {
            if (read(item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{index}]"), index) is { } value)
                values.Add(value);
            index++;
        }

        return values.ToImmutable();
    }

    private bool Ask(string name, JsonShape shape, string expected, out JsonElement element)
    {
        _asked.Add(name);
        _findings.Shapes[ShapeOf(name)] = shape;
        if (_properties.TryGetValue(name, out element))
            return true;
        if (shape.Required)
            Problem(PathOf(name), "is missing", expected);
        return false;
    }

    private string? TextOf(JsonElement element, string path, string expected)
    {
        if (element.ValueKind == JsonValueKind.String)
            return element.GetString();
        Problem(path, $"is {KindOf(element)}", expected);
        return null;
    }

    private string ShapeOf(string name) => _shapePath.Length == 0 ? name : $"{_shapePath}.{name}";

    private static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"the string \"{Shortened(element.GetString()!)}\"",
        JsonValueKind.Number => Shortened(element.GetRawText()),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    // A configuration may hold any text. A message about it must stay one readable line.
    private static string Shortened(string text)
    {
        const int lengthMax = 60;
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= lengthMax ? line : line[..lengthMax] + "…";
    }
}
