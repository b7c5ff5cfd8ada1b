using Dams.Contracts.Domain;
using Dams.Tests.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Patched;

namespace Dams.Tests.Simulation.Differential;

/// <summary>
/// The differential tests find a mistake in a version itself. Each case compiles a version's sources with one bug patched in. It runs
/// the random sequences that all versions must pass until one shows a difference, and prints a row of a table.
/// </summary>
[Category("Engines")]
[Parallelizable]
internal sealed class PatchedVersionTests
{
    private const int SequencesMax = 2_000;
    private const int SequencesWithoutABug = 50;
    private const int BugsPerVersionMin = 3;

    [TestCaseSource(nameof(AllBugs))]
    public void A_bug_in_a_version_is_found(VersionBug bug)
    {
        using var patched = PatchedVersion.With(bug);
        for (var seed = 1; seed <= SequencesMax; seed++)
        {
            if (FindDifference(patched, RandomSequence.OfSeed(seed)) is not { } difference)
                continue;
            TestContext.Out.WriteLine($"| {bug.Version} | {bug.Name} | {seed} |\n{difference}");
            return;
        }

        Assert.Fail($"{SequencesMax} sequences have not found this bug: {bug}");
    }

    /// <summary>Shows that the differences come from the bugs, and not from the way in which a version is compiled.</summary>
    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void A_version_without_a_bug_shows_no_difference(string version)
    {
        using var unpatched = PatchedVersion.Unpatched(version);
        for (var seed = 1; seed <= SequencesWithoutABug; seed++)
            Assert.That(FindDifference(unpatched, RandomSequence.OfSeed(seed)), Is.Null, $"sequence {seed}");
    }

    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void Bugs_are_patched_into_each_version(string version) =>
        Assert.That(
            VersionBugs.All.Count(bug => bug.Version == version),
            Is.GreaterThanOrEqualTo(BugsPerVersionMin),
            $"bugs of {version} in Dams.Tests/Engines/Patched/VersionBugs.cs");

    [Test]
    public void A_bug_replaces_the_right_text() =>
        Assert.That(Example(right: "two").PatchInto("one two three"), Is.EqualTo("one wrong three"));

    [TestCase("nowhere", "one three")]
    [TestCase("more than once", "two one two")]
    public void A_bug_whose_right_text_is_missing_or_ambiguous_is_rejected(string why, string text) => Assert.That(
        () => Example(right: "two").PatchInto(text),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"`two` occurs {why} in Ledger/Example.cs"));

    // Half-way, a snapshot of the state is restored into the same wrong version, because the bug may be in the restore.
    private static string? FindDifference(PatchedVersion version, IReadOnlyList<Command> commands) =>
        DifferentialRun.FindDifference(version.CreateEngine, version.CreateEngine, commands);

    private static VersionBug Example(string right) => new("Ledger", "an example", "Example.cs", right, "wrong");

    private static IEnumerable<TestCaseData> AllBugs() =>
        VersionBugs.All.Select(bug => new TestCaseData(bug).SetArgDisplayNames(bug.Version, bug.Name));
}
