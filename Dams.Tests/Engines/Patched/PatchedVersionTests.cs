using Dams.Contracts.Domain;
using Dams.Tests.Engines.Differential;
using NUnit.Framework;

namespace Dams.Tests.Engines.Patched;

/// <summary>
/// The differential tests find a mistake in a version itself: its sources are compiled with the mistake patched into them, and the random sequences that
/// all versions must pass are run until one shows a difference. Prints a row of a table for each.
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

        Assert.Fail($"{SequencesMax} sequences have not found the bug of {bug}");
    }

    /// <summary>So that what is found is the bug, and not how the version was compiled.</summary>
    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void A_version_without_a_bug_shows_no_difference(string version)
    {
        using var unpatched = PatchedVersion.Unpatched(version);
        for (var seed = 1; seed <= SequencesWithoutABug; seed++)
            Assert.That(FindDifference(unpatched, RandomSequence.OfSeed(seed)), Is.Null, $"sequence {seed}");
    }

    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void Bugs_are_patched_into_each_version(string version) =>
        Assert.That(VersionBugs.All.Count(bug => bug.Version == version), Is.GreaterThanOrEqualTo(BugsPerVersionMin));

    [Test]
    public void A_bug_is_put_where_the_right_text_was() =>
        Assert.That(Example(right: "two").PatchInto("one two three"), Is.EqualTo("one wrong three"));

    [TestCase("nowhere", "one three")]
    [TestCase("more than once", "two one two")]
    public void A_bug_whose_place_is_not_the_only_one_is_refused(string why, string text) =>
        Assert.That(() => Example(right: "two").PatchInto(text), Throws.InstanceOf<InvalidDataException>().With.Message.Contains($"Ledger/Example.cs says {why} `two`"));

    // The state also goes through a snapshot into the same wrong version half-way, because a bug may be in the restoring.
    private static string? FindDifference(PatchedVersion version, IReadOnlyList<Command> commands) =>
        DifferentialRun.FindDifference(version.CreateEngine, version.CreateEngine, commands);

    private static VersionBug Example(string right) => new("Ledger", "an example", "Example.cs", right, "wrong");

    private static IEnumerable<TestCaseData> AllBugs() => VersionBugs.All.Select(bug => new TestCaseData(bug).SetArgDisplayNames(bug.Version, bug.Name));
}
