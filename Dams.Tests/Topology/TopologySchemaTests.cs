using System.Globalization;
using System.Text.Json;
using Dams.Hosting.Topology;
using Dams.Ordering.Storage;

namespace Dams.Tests.Topology;

public sealed class TopologySchemaTests
{
    [Test]
    public void The_schema_and_the_reader_know_the_same_properties_types_bounds_and_choices()
    {
        var findings = new JsonFindings();
        var read = TopologyReader.Read(ClusterTopology.Default(dataFolder: "/srv").Write(), "/srv", null, findings);
        Assert.That(read.Problems, Is.Empty);
        read = TopologyReader.Read(TopologyHostsTests.Example, "/srv", null, findings);
        Assert.That(read.Problems, Is.Empty);
        var ofReader = findings.Shapes.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal);
        Assert.That(ofReader, Is.EqualTo(ShapesOfSchema().Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Every_object_of_the_schema_rejects_unknown_properties()
    {
        using var schema = Schema();
        var objects = Descendants(schema.RootElement).Where(element => element.TryGetProperty("properties", out _)).ToList();
        Assert.That(objects, Has.Count.GreaterThan(4));
        Assert.That(objects.Select(element => element.GetProperty("additionalProperties").GetBoolean()), Is.All.False);
    }

    [Test]
    public void The_defaults_of_the_schema_are_those_of_the_reader()
    {
        var effective = TopologyReader.Read("{}", "/srv").Topology!;
        using var schema = Schema();
        using var written = JsonDocument.Parse(effective.Write());
        foreach (var section in new[] { "limits", "log" })
        {
            var properties = schema.RootElement.GetProperty("properties").GetProperty(section).GetProperty("properties");
            foreach (var property in properties.EnumerateObject())
            {
                var said = property.Value.GetProperty("default");
                var real = written.RootElement.GetProperty(section).GetProperty(property.Name);
                Assert.That(section == "log" && property.Name == "folder" ? "/srv/" + said : said.ToString(), Is.EqualTo(real.ToString()),
                    property.Name);
            }
        }

        Assert.That(schema.RootElement.GetProperty("properties").GetProperty("durability").GetProperty("default").GetString(),
            Is.EqualTo("disk"));
        Assert.That(effective.Durability, Is.EqualTo(Durability.Disk));
    }

    private static JsonDocument Schema()
    {
        using var stream = typeof(ClusterTopology).Assembly.GetManifestResourceStream("Dams.Hosting.Topology.dams.schema.json");
        Assert.That(stream, Is.Not.Null, "the schema is embedded");
        return JsonDocument.Parse(stream!);
    }

    private static List<string> ShapesOfSchema()
    {
        using var schema = Schema();
        var shapes = new List<string>();
        AddObject(schema.RootElement, schema.RootElement, "", shapes);
        return shapes;
    }

    private static void AddObject(JsonElement root, JsonElement element, string path, List<string> shapes)
    {
        var required = element.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        foreach (var property in element.GetProperty("properties").EnumerateObject())
        {
            var pathOfProperty = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            AddShape(root, Resolved(root, property.Value), pathOfProperty, required.Contains(property.Name), shapes);
        }
    }

    private static void AddShape(JsonElement root, JsonElement element, string path, bool required, List<string> shapes)
    {
        var types = element.GetProperty("type");
        var type = types.ValueKind == JsonValueKind.Array
            ? string.Join('|', types.EnumerateArray().Select(one => one.GetString()))
            : types.GetString()!;
        // The schema states the bounds of an address (IPv4, loopback) in words only.
        var shape = new JsonShape(type, Bound(element, "minimum", "minItems", "minProperties"),
            Bound(element, "maximum", "maxItems", "maxProperties"),
            element.TryGetProperty("enum", out var choices)
                ? string.Join('|', choices.EnumerateArray().Select(choice => choice.GetString()))
                : null,
            required);
        if (type == "object" && path.EndsWith("[]", StringComparison.Ordinal))
            AddObject(root, element, path, shapes);
        else
            shapes.Add($"{path} {shape}");
        if (type == "array")
            AddShape(root, Resolved(root, element.GetProperty("items")), path + "[]", false, shapes);
        else if (type == "object" && !element.TryGetProperty("properties", out _))
            AddShape(root, Resolved(root, element.GetProperty("additionalProperties")), path + "{}", false, shapes);
        else if (type == "string|object")
            AddObject(root, element, path, shapes);
        else if (type == "object" && !path.EndsWith("[]", StringComparison.Ordinal))
            AddObject(root, element, path, shapes);
    }

    private static JsonElement Resolved(JsonElement root, JsonElement element)
    {
        if (!element.TryGetProperty("$ref", out var reference))
            return element;
        return reference.GetString()!.Split('/').Skip(1).Aggregate(root, (at, name) => at.GetProperty(name));
    }

    private static long? Bound(JsonElement element, params string[] names)
    {
        foreach (var name in names)
        {
            if (element.TryGetProperty(name, out var bound))
                return long.Parse(bound.GetRawText(), CultureInfo.InvariantCulture);
        }

        return null;
    }

    private static IEnumerable<JsonElement> Descendants(JsonElement element)
    {
        yield return element;
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var below in element.EnumerateObject().SelectMany(property => Descendants(property.Value)))
            {
                if (below.ValueKind == JsonValueKind.Object)
                    yield return below;
            }
        }
    }
}
