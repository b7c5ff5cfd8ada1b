using System.Reflection;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// The protocol as it is played in <c>Scripts/*.txt</c>: read them to learn it. A change of the protocol that is meant shows as a change of these files;
/// <c>DAMS_GOLDEN=write</c> writes them anew.
/// </summary>
[Category("Scenarios")]
public sealed class ScenarioScriptTests
{
    private const string Prefix = "Dams.Tests.Ordering.Scenarios.Scripts.";

    private static IEnumerable<string> Names => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => name[Prefix.Length..]);

    [TestCaseSource(nameof(Names))]
    public void The_protocol_does_what_the_script_tells(string name)
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
    public void A_script_plays_the_same_again() => Assert.That(Names, Is.All.Matches<string>(name =>
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!);
        var written = reader.ReadToEnd();
        return ScriptPlayer.Play(written) == ScriptPlayer.Play(written);
    }));

    private static string Folder([CallerFilePath] string path = "") => System.IO.Path.GetDirectoryName(path)!;
}
