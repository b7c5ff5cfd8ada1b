using System.Xml.Linq;

namespace Dams.Tests.Tidy;

/// <summary>The map of the projects: which project may use which.</summary>
public sealed class ProjectMapTests
{
    private static readonly string[] Processes = ["Dams.Sequencer", "Dams.Replica", "Dams.ReplicaManager", "Dams.FrontEnd"];
    private static readonly string[] Frame = ["Dams.Contracts", "Dams.Ordering", "Dams.Hosting"];
    private static readonly string[] Libraries = [.. Frame, "Dams.Bytes", "Dams.Soap", "Dams.Service", "Dams.Lab"];

    /// <summary>For each project, the projects whose code it may use.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Dams.Bytes"] = [],
        ["Dams.Contracts"] = ["Dams.Bytes"],
        ["Dams.Ordering"] = ["Dams.Bytes"],
        ["Dams.Soap"] = [],
        ["Dams.Hosting"] = ["Dams.Contracts", "Dams.Ordering"],
        ["Dams.Service"] = ["Dams.Contracts", "Dams.Hosting", "Dams.Soap"],
        ["Dams.Lab"] = Frame,
        ["Dams.Sequencer"] = Frame,
        ["Dams.Replica"] = [.. Frame, "Dams.Bytes", "Dams.Service", "Dams.Lab"],
        ["Dams.ReplicaManager"] = Frame,
        ["Dams.FrontEnd"] = [.. Frame, "Dams.Service", "Dams.Lab"],
        ["Dams.Cli"] = ["Dams.Contracts", "Dams.Hosting", "Dams.Lab"],
        ["Dams.Tests"] = [.. Libraries, .. Processes, "Dams.Cli"],
        ["Dams.Tests.Simulation"] = ["Dams.Tests"],
        ["Dams.Tests.Processes"] = ["Dams.Tests"],
    };

    private static IEnumerable<(string Name, bool IsCode)> References(XDocument project) => project.Descendants("ProjectReference")
        .Select(reference => (
            Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')),
            !string.Equals((string?)reference.Attribute("ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase)));

    [Test]
    public void Every_project_is_on_the_map() => Assert.That(SourceTree.Projects.Keys, Is.EquivalentTo(Allowed.Keys));

    [Test]
    public void A_project_uses_only_what_the_map_allows()
    {
        var strays = SourceTree.Projects.SelectMany(project => References(project.Value)
            .Where(reference => reference.IsCode && !Allowed[project.Key].Contains(reference.Name))
            .Select(reference => $"{project.Key} → {reference.Name}"));
        Assert.That(strays, Is.Empty);
    }

    [Test]
    public void Only_the_tool_builds_the_four_programs_without_using_their_code()
    {
        var builders = SourceTree.Projects
            .Where(project => References(project.Value).Any(reference => !reference.IsCode))
            .Select(project => project.Key);
        Assert.That(builders, Is.EqualTo(new[] { "Dams.Cli" }));
        Assert.That(
            References(SourceTree.Projects["Dams.Cli"]).Where(reference => !reference.IsCode).Select(reference => reference.Name),
            Is.EquivalentTo(Processes));
    }

    [Test]
    public void Tests_reference_everything() => Assert.That(
        References(SourceTree.Projects["Dams.Tests"]).Select(reference => reference.Name),
        Is.EquivalentTo(SourceTree.Projects.Keys.Where(name => !name.StartsWith("Dams.Tests", StringComparison.Ordinal))));

    [Test]
    public void Package_versions_stand_in_one_place_and_are_exact()
    {
        var own = SourceTree.Projects.SelectMany(project => project.Value.Descendants("PackageReference")
            .Where(package => package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null)
            .Select(package => $"{project.Key}: {(string?)package.Attribute("Include")}"));
        Assert.That(own, Is.Empty);
        var central = XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Packages.props"));
        Assert.That((string?)central.Descendants("ManagePackageVersionsCentrally").Single(), Is.EqualTo("true"));
        var versions = central.Descendants("PackageVersion")
            .ToDictionary(package => (string)package.Attribute("Include")!, package => (string)package.Attribute("Version")!);
        Assert.That(versions.Values, Is.All.Match(@"^\d+\.\d+\.\d+(-[\w.]+)?$"));
        Assert.That(UsedPackages().Except(versions.Keys), Is.Empty);
    }

    // A package of a package may be given a version, too: a comment just above it says why.
    [Test]
    public void A_package_version_is_used_by_a_project_or_says_why_it_is_there()
    {
        var unused = XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(package => package.PreviousNode is not XComment)
            .Select(package => (string)package.Attribute("Include")!)
            .Except(UsedPackages());
        Assert.That(unused, Is.Empty);
    }

    private static IEnumerable<string> UsedPackages() => SourceTree.Projects.Values
        .SelectMany(project => project.Descendants("PackageReference"))
        .Select(package => (string)package.Attribute("Include")!);
}
