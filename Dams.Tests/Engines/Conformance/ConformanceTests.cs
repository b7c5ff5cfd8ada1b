using System.Text;
using Dams.Replica.Engines;
using Dams.Tests.Contracts;
using Dams.Tests.Engines.Script;

namespace Dams.Tests.Engines.Conformance;

/// <summary>
/// Runs the scripts in <c>Scenarios/*.txt</c> against every version. They cover every rule of the domain, every order of checks and
/// every edge case. <see cref="ScriptParser"/> describes their language.
/// </summary>
[TestFixtureSource(typeof(EngineVersions), nameof(EngineVersions.AllAndModel))]
[Category("Engines")]
public sealed class ConformanceTests(string version)
{
    [TestCaseSource(nameof(Cases))]
    public void The_version_does_what_the_scenario_says(string chapter, string title)
    {
        var scenario = Scenario.All.Single(candidate => candidate.Chapter == chapter && candidate.Title == title);
        var engine = EngineVersions.Create(version);
        var observer = new ChangeChecker(engine);
        var played = new StringBuilder();
        foreach (var written in scenario.Lines)
        {
            var line = ScriptParser.Parse(written);
            var (actual, isExpected) = Play(engine, observer, line);
            played.AppendLine(FormattableString.Invariant($"  {line.Text,-62} -> {actual}"));
            Assert.That(isExpected, Is.True, $"\n{title}\n{played}  expected: {line.Expected ?? "success"}\n");
        }
    }

    [Test]
    public void Every_outcome_of_every_operation_occurs_in_the_scenarios()
    {
        var expected = Scenario.All.SelectMany(scenario => scenario.Lines).Select(ScriptParser.Parse)
            .Where(line => line is { Command: not null, Expected: not null })
            .Select(line => $"{line.Command!.GetType().Name} {line.Expected!.Split(' ', ':')[0]}")
            .ToHashSet();
        var all = Operation.All.SelectMany(operation => operation.Outcomes.Select(outcome => $"{operation} {outcome}"));
        Assert.That(all.Except(expected), Is.Empty, "outcomes that no scenario expects (Dams.Tests/Engines/Conformance/Scenarios)");
    }

    private static IEnumerable<TestCaseData> Cases() =>
        Scenario.All.Select(scenario =>
            new TestCaseData(scenario.Chapter, scenario.Title).SetArgDisplayNames(scenario.Chapter, scenario.Title));

    private static (string Actual, bool IsExpected) Play(IAppointmentEngine engine, ChangeChecker observer, ScriptLine line)
    {
        if (line.LookAt is { } slot)
        {
            var shown = ScriptText.Of(engine.ReadBucket(BucketKey.Of(slot)).Slots.SingleOrDefault(state => state.Slot == slot));
            return (shown, shown == line.Expected);
        }

        var reply = engine.Execute(line.Command!, observer);
        observer.AssertToldOfAllChanges();
        var actual = ScriptText.Of(reply);
        return (actual, line.Expected is null ? ScriptText.IsSuccess(reply) : actual == line.Expected);
    }
}
