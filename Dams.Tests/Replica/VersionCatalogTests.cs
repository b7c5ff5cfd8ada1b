using System.Text.RegularExpressions;
using Dams.Hosting.Topology;
using Dams.Replica.Versions;
using Dams.Tests.Tidy;

namespace Dams.Tests.Replica;

/// <summary>Whatever must know every version knows it. HACKING.md, "Add an engine version", lists the places.</summary>
[Category("Engines")]
public sealed partial class VersionCatalogTests
{
    private const string VersionsFolder = "Dams.Replica/Versions";

    [Test]
    public void Every_folder_of_a_version_is_registered()
    {
        var folders = SourceTree.Below(VersionsFolder)
            .Select(path => path[(VersionsFolder.Length + 1)..].Split('/'))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts[0])
            .Distinct();
        Assert.That(
            folders, Is.EquivalentTo(KnownVersions.Names), $"folders in {VersionsFolder}, and Dams.Hosting/Topology/KnownVersions.cs");
    }

    [Test]
    public void Every_engine_has_its_versions_name_and_starts_empty()
    {
        Assert.That(VersionCatalog.Engines.Keys, Is.EquivalentTo(KnownVersions.Names), $"engines in {VersionsFolder}/VersionCatalog.cs");
        Assert.That(VersionCatalog.All.Select(version => version.Name), Is.EqualTo(KnownVersions.Names));
        foreach (var version in VersionCatalog.All)
        {
            var engine = version.Create();
            Assert.That(engine.Version, Is.EqualTo(version.Name));
            Assert.That(engine.BucketKeys(), Is.Empty);
            Assert.That(engine, Is.Not.SameAs(version.Create()));
            Assert.That(version.Known.Description, Does.EndWith("."));
            (engine as IDisposable)?.Dispose();
        }
    }

    [Test]
    public void Every_version_is_described_on_its_page()
    {
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "VERSIONS.md"));
        Assert.Multiple(() =>
        {
            Demand("a paragraph in \"How each works\"", name => $@"^\*\*{name}\*\* ", 1);
            Demand("a bug in the table of \"What the tests have found\"", name => $@"^\| [^|]+ \|.*\b{name} \d", 1);
            Demand("a column in both tables of \"What a command costs\"", name => $@"^\| command \|.* {name} \|", 2);
            Demand("a row in the table of snapshots", name => $@"^\| {name} \|", 1);
        });

        void Demand(string what, Func<string, string> pattern, int timesMin) => Assert.That(
            KnownVersions.Names.Where(name => Regex.Count(page, pattern(name), RegexOptions.Multiline) < timesMin),
            Is.Empty,
            $"versions without {what} in docs/VERSIONS.md");
    }

    /// <summary>A page or a comment that says how many versions there are is out of date when one is added.</summary>
    [Test]
    public void No_text_counts_the_versions()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs"), "*.md")
            .Append(Path.Combine(SourceTree.Root, "README.md"))
            .Select(path => (Path: Path.GetFileName(path), Text: File.ReadAllText(path)));
        var sources = SourceTree.Sources.Select(path => (Path: path, Text: SourceTree.Text(path)));
        Assert.That(
            pages.Concat(sources).SelectMany(file => CountOfVersions().Matches(file.Text).Select(found => $"{file.Path}: {found.Value}")),
            Is.Empty);
    }

    [Test]
    public void A_version_is_found_by_its_exact_name()
    {
        Assert.That(VersionCatalog.TryFind("Ledger", out var version), Is.True);
        Assert.That(version!.Name, Is.EqualTo("Ledger"));
        Assert.That(VersionCatalog.TryFind("ledger", out _), Is.False);
        Assert.That(VersionCatalog.TryFind("", out _), Is.False);
    }

    [GeneratedRegex(@"\b([Tt]hree|[Ff]our|[Ff]ive|[Ss]ix)\s+((other|engine)\s+)?versions\b")]
    private static partial Regex CountOfVersions();
}
