using System.Reflection;
using System.Runtime.CompilerServices;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// Plays the protocol as <c>Scripts/*.txt</c> describes it. Read these files to learn the protocol. An intended change of the
/// protocol shows as a change of these files; <c>DAMS_GOLDEN=write</c> rewrites them.
/// </summary>
[Category("Scenarios")]
public sealed class ScenarioScriptTests
{
    private const string Prefix = "Dams.Tests.Ordering.Scenarios.Scripts.";

    private static IEnumerable<string> Names => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(name => name[Prefix.Length..]);

    [TestCaseSource(nameof(Names))]
    public void The_protocol_follows_the_script(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!);
        var written = reader.ReadToEnd();
        var played = ScriptPlayer.Play(written);
        if (Environment.GetEnvironmentVariable("DAMS_GOLDEN") == "write")
        {
            File.WriteAllText(System.IO.Path.Combine(Folder(), "Scripts", name), played);
            return;
        }

        Assert.That(played.Split('\n'), Is.EqualTo(written.ReplaceLineEndings("\n").Split('\n')));
    }

    [Test]
    public void A_script_plays_the_same_way_twice() => Assert.That(Names, Is.All.Matches<string>(name =>
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!);
        var written = reader.ReadToEnd();
        return ScriptPlayer.Play(written) == ScriptPlayer.Play(written);
    }));

    private static string Folder([CallerFilePath] string path = "") => System.IO.Path.GetDirectoryName(path)!;
}
