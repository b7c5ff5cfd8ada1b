using Dams.Hosting.Topology;
using Dams.Replica.Versions;
using Dams.Tests.Tidy;

namespace Dams.Tests.Replica;

public sealed class VersionCatalogTests
{
    [Test]
    public void Every_engine_has_its_versions_name_and_starts_empty()
    {
        Assert.That(VersionCatalog.Engines.Keys, Is.EquivalentTo(KnownVersions.Names), "registered versions, and those with an engine");
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
        Assert.That(
            KnownVersions.Names.Where(name => !page.Contains($"\n**{name}** ", StringComparison.Ordinal)),
            Is.Empty,
            "versions without a paragraph in docs/VERSIONS.md, How each works");
    }

    [Test]
    public void A_version_is_found_by_its_exact_name()
    {
        Assert.That(VersionCatalog.TryFind("Ledger", out var version), Is.True);
        Assert.That(version!.Name, Is.EqualTo("Ledger"));
        Assert.That(VersionCatalog.TryFind("ledger", out _), Is.False);
        Assert.That(VersionCatalog.TryFind("", out _), Is.False);
    }
}
