using System.Globalization;
using System.Reflection;
using Dams.Contracts.Domain;
using Dams.Hosting.Topology;
using Dams.Replica.Engines;
using Dams.Tests.Contracts;
using Dams.Tests.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;
using Dams.Tests.Engines.Script;

namespace Dams.Tests.Simulation.Differential;

/// <summary>
/// Runs random sequences of commands. Every version must agree with the reference model at every step, and the test must notice a
/// version that does not. <c>DAMS_DIFF_SEQUENCES</c> is the number of sequences (default 2,000), <c>DAMS_DIFF_SEED</c> the first seed.
/// </summary>
[Category("Engines")]
[Parallelizable]
public sealed class DifferentialTests
{
    private const int SequencesByDefault = 2_000;
    private const int SequencesToFindAMutant = 2_000;

    private static int Sequences { get; } = Setting("DAMS_DIFF_SEQUENCES", SequencesByDefault);

    private static int FirstSeed { get; } = Setting("DAMS_DIFF_SEED", 1);

    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void A_version_agrees_with_the_model_and_so_does_a_version_restored_from_it(string version)
    {
        var restored = EngineVersions.All.Where(other => other != version).ToDictionary(other => other, _ => 0);
        for (var seed = FirstSeed; seed < FirstSeed + Sequences; seed++)
        {
            var commands = RandomSequence.OfSeed(seed);
            if (FindDifference(seed, commands) is not null)
                Assert.Fail(Explain(seed, RandomSequence.Shrink(commands, shorter => FindDifference(seed, shorter) is not null)));
        }

        TestContext.Out.WriteLine(
            $"restored from {version}: {string.Join(", ", restored.Select(other => $"{other.Key} {other.Value:N0}"))}");
        Assert.That(restored, Has.Count.EqualTo(EngineVersions.All.Count() - 1));
        Assert.That(
            restored.Values,
            Has.All.GreaterThanOrEqualTo(Sequences / restored.Count),
            "each other version is restored from it equally often");

        string? FindDifference(int seed, IReadOnlyList<Command> commands) =>
            DifferentialRun.FindDifference(() => EngineVersions.Create(version), () => Restored(seed), commands);

        IAppointmentEngine Restored(int seed)
        {
            var other = EngineVersions.OtherThan(version, seed);
            restored[other]++;
            return EngineVersions.Create(other);
        }

        string Explain(int seed, IReadOnlyList<Command> shortest) =>
            $"""

            {FindDifference(seed, shortest)}
            {RandomSequence.AsScript(shortest)}
            repeat: DAMS_DIFF_SEED={seed} DAMS_DIFF_SEQUENCES=1 dotnet test Dams.Tests.Simulation --filter "Category=Engines&Name~{version}"
            """;
    }

    [Test]
    public void A_run_restores_each_version_into_each_other_hundreds_of_times()
    {
        var pairs = EngineVersions.All
            .SelectMany(version => Enumerable.Range(1, SequencesByDefault)
                .Select(seed => (From: version, Into: EngineVersions.OtherThan(version, seed))))
            .CountBy(pair => pair)
            .ToDictionary();
        var (versions, others) = (KnownVersions.Names.Length, KnownVersions.Names.Length - 1);
        Assert.That(
            pairs.Keys, Has.Count.EqualTo(versions * others).And.All.Matches<(string From, string Into)>(pair => pair.From != pair.Into));
        Assert.That(pairs.Values, Has.All.GreaterThanOrEqualTo(SequencesByDefault / others));
    }

    [TestCaseSource(nameof(AllMutants))]
    public void A_mistake_in_the_rules_is_found(Type mutant)
    {
        for (var seed = 1; seed <= SequencesToFindAMutant; seed++)
        {
            var commands = RandomSequence.OfSeed(seed);
            if (!Differs(commands))
                continue;
            var shortest = RandomSequence.Shrink(commands, Differs);
            TestContext.Out.WriteLine($"found by sequence {seed}, in {shortest.Count} commands:\n{RandomSequence.AsScript(shortest)}");
            TestContext.Out.WriteLine(DifferentialRun.FindDifference(Create, Create, shortest));
            return;
        }

        Assert.Fail($"{SequencesToFindAMutant} sequences have not found the mistake {mutant.Name}");

        IAppointmentEngine Create() => (ReferenceModel)Activator.CreateInstance(mutant)!;

        bool Differs(IReadOnlyList<Command> commands) => DifferentialRun.FindDifference(Create, Create, commands) is not null;
    }

    /// <summary>The rules are the methods that a mutant can replace.</summary>
    [Test]
    public void Every_rule_of_the_model_has_a_mistake_of_its_own()
    {
        const BindingFlags methods = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var rules = typeof(ReferenceModel).GetMethods(methods)
            .Where(method => method.IsVirtual && method.IsFamily)
            .Select(method => method.Name);
        var broken = typeof(Mutants).GetNestedTypes().SelectMany(mutant => mutant.GetMethods(methods)).Select(method => method.Name);
        Assert.That(rules.Except(broken), Is.Empty, "rules of ReferenceModel that no mutant breaks (Dams.Tests/Engines/Model/Mutants.cs)");
    }

    [Test]
    public void The_sequences_reach_every_outcome_often()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1; seed <= 300; seed++)
        {
            var model = new ReferenceModel();
            foreach (var command in RandomSequence.OfSeed(seed))
            {
                var reply = model.Execute(command);
                Count($"{command.GetType().Name} {ScriptText.Of(reply).Split(' ', ':')[0]}");
                if (reply is RemoveReply { Relocations.Count: > 0 } remove)
                    Count($"Relocated {(remove.Relocations.Any(move => move.NewId is not null) ? "some" : "none")}");
            }
        }

        TestContext.Out.WriteLine(string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}")));
        var all = Operation.All.SelectMany(operation => operation.Outcomes.Select(outcome => $"{operation} {outcome}"));
        foreach (var outcome in all.Concat(["Relocated some", "Relocated none"]))
            Assert.That(counts.GetValueOrDefault(outcome), Is.GreaterThanOrEqualTo(10), $"{outcome}: CommandSequences reach it too seldom");

        void Count(string outcome) => counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
    }

    private static IEnumerable<TestCaseData> AllMutants() =>
        typeof(Mutants).GetNestedTypes().Select(mutant => new TestCaseData(mutant).SetArgDisplayNames(mutant.Name));

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
