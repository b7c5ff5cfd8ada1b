using System.Diagnostics;
using System.Text.Json.Nodes;
using Dams.Hosting.Processes;
using Dams.Tests.Tidy;

namespace Dams.Tests.Soap.CoreWcf;

/// <summary>The effect of the property <c>SoapHost</c> on the project of Dams.Soap. MSBuild reads the project and builds nothing.</summary>
public sealed class SoapHostPropertyTests
{
    private const string HostOfCoreWcf = "Dams.Soap.CoreWcf.CoreWcfHost";

    private static (int ExitCode, string Output) Evaluate(string host, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            ProgramLocator.FindHost(), ["msbuild", "Dams.Soap/Dams.Soap.csproj", "-nologo", $"-p:SoapHost={host}", .. arguments])
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return (build.ExitCode, output);
    }

    private static JsonNode ItemsOf(string host)
    {
        var (exitCode, output) = Evaluate(host, "-getItem:Using,PackageReference,PackageVersion,Compile");
        Assert.That(exitCode, Is.Zero, output);
        return JsonNode.Parse(output)!["Items"]!;
    }

    private static IEnumerable<string> Names(JsonNode items, string kind) =>
        items[kind]!.AsArray().Select(item => ((string)item!["Identity"]!).Replace('\\', '/'));

    [Test]
    public void Without_the_property_nothing_mentions_corewcf()
    {
        var items = ItemsOf("");
        Assert.That(Names(items, "Using"), Has.Member("Dams.Soap.DirectHost").And.No.Member(HostOfCoreWcf));
        foreach (var kind in new[] { "PackageReference", "PackageVersion", "Compile" })
            Assert.That(Names(items, kind), Has.None.StartsWith("CoreWcf").IgnoreCase.And.Not.Empty);
    }

    [TestCase("CoreWCF")]
    [TestCase("corewcf")]
    public void With_the_property_the_folder_is_compiled_and_its_packages_change_no_build(string host)
    {
        var items = ItemsOf(host);
        Assert.That(Names(items, "Using"), Has.Member(HostOfCoreWcf).And.No.Member("Dams.Soap.DirectHost"));
        Assert.That(Names(items, "Compile"), Has.Member("CoreWcf/CoreWcfHost.cs"));
        var packages = items["PackageReference"]!.AsArray()
            .Where(package => ((string)package!["Identity"]!).StartsWith("CoreWCF.", StringComparison.Ordinal)).ToList();
        Assert.That(
            packages.Select(package => (string)package!["Identity"]!), Is.EquivalentTo(new[] { "CoreWCF.Http", "CoreWCF.Primitives" }));
        foreach (var assets in new[] { "ExcludeAssets", "PrivateAssets" })
        {
            Assert.That(
                packages.Select(package => (string?)package![assets]), Is.All.EqualTo("analyzers;build;buildTransitive;contentFiles"));
        }

        Assert.That(
            Names(items, "PackageVersion").Where(name => name.StartsWith("CoreWCF.", StringComparison.Ordinal)),
            Is.EquivalentTo(packages.Select(package => (string)package!["Identity"]!)));
    }

    [TestCase("SoapCore")]
    [TestCase("CoreWCF 1.9.1")]
    public void Any_other_value_is_an_error_that_says_what_it_can_be(string host)
    {
        var (exitCode, output) = Evaluate(host, "-t:Restore");
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain($"error DAMS001: SoapHost is '{host}', but it can only be CoreWCF, or empty"));
    }
}
