using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Dams.Bytes;
using Dams.Cli;
using Dams.Contracts.Domain;
using Dams.FrontEnd.Coordination;
using Dams.Hosting;
using Dams.Lab;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.ReplicaManager.Agreement;
using Dams.Service;
using Dams.Soap;

namespace Dams.Tests.Tidy;

/// <summary>The shape of lines, files and classes.</summary>
internal sealed partial class ShapeTests
{
    private const int CodeColumnsMax = 140;
    private const int ProseColumnsMax = 120;
    private const int FieldsMax = 24;
    private const int PartsMax = 2;

    private static readonly Assembly[] s_assemblies =
    [
        typeof(ByteReader).Assembly, typeof(DamsTool).Assembly, typeof(Command).Assembly, typeof(RequestCoordinator).Assembly,
        typeof(NodeContext).Assembly, typeof(NodeId).Assembly, typeof(ReplicaCore).Assembly, typeof(AgreedState).Assembly,
        typeof(SoapCall).Assembly, typeof(AppointmentService).Assembly, typeof(FaultLab).Assembly,
    ];

    [Test]
    public void Code_ends_at_140_columns() => Assert.That(
        SourceTree.Sources.SelectMany(path => Lines(path).Where(line => line.Text.Length > CodeColumnsMax).Select(line => line.Place)),
        Is.Empty);

    [Test]
    public void Prose_ends_at_120_columns_but_for_tables_pictures_and_code()
    {
        var finds = new List<string>();
        var pages = Directory.GetFiles(Path.Combine(SourceTree.Root, "docs"), "*.md").Append(Path.Combine(SourceTree.Root, "README.md"));
        foreach (var page in pages)
        {
            var isCode = false;
            foreach (var (place, text) in Lines(Path.GetRelativePath(SourceTree.Root, page)))
            {
                var start = text.TrimStart();
                if (start.StartsWith("```", StringComparison.Ordinal))
                    isCode = !isCode;
                else if (!isCode && text.Length > ProseColumnsMax && !start.StartsWith('|')
                    && !start.StartsWith("![", StringComparison.Ordinal))
                {
                    finds.Add(place);
                }
            }
        }

        Assert.That(finds, Is.Empty);
    }

    [Test]
    public void No_class_has_more_than_two_parts()
    {
        var parts = Production()
            .SelectMany(path => PartialClass().Matches(SourceTree.Text(path))
                .Select(match => (Name: match.Groups[1].Value, Folder: Path.GetDirectoryName(path))))
            .GroupBy(part => part)
            .Where(same => same.Count() > PartsMax)
            .Select(same => $"{same.Key.Folder}: {same.Key.Name} has {same.Count()} parts");
        Assert.That(parts, Is.Empty);
    }

    // Records are values, and the contexts of the JSON serializer are generated.
    [Test]
    public void No_class_has_25_fields()
    {
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var finds = s_assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsClass && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null
                && type.GetMethod("<Clone>$") is null && type.DeclaringType is null
                && !type.IsSubclassOf(typeof(JsonSerializerContext)))
            .Select(type => (Type: type, Fields: type.GetFields(own)))
            .Where(found => found.Fields.Length > FieldsMax)
            .Select(found => $"{found.Type.FullName} has {found.Fields.Length} fields");
        Assert.That(finds, Is.Empty);
    }

    private static IEnumerable<string> Production() =>
        SourceTree.Production;

    private static IEnumerable<(string Place, string Text)> Lines(string path) =>
        SourceTree.Text(path).Split('\n').Select((text, i) => ($"{path}:{i + 1}", text));

    [GeneratedRegex(@"\bpartial class (\w+)")]
    private static partial Regex PartialClass();
}
