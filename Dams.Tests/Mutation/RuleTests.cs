using System.Reflection;
using Dams.Ordering;
using Dams.Tests.Simulated;
using Dams.Tests.Tidy;

namespace Dams.Tests.Mutation;

/// <summary>
/// Each rule has a test that fails if the rule is taken out; <see cref="FailsWithoutAttribute"/> names it. A few rules of ordering have
/// none: only the simulation notices their absence.
/// </summary>
[Category("Scenarios")]
internal sealed class RuleTests
{
    private static readonly Mutant[] s_onlyForSimulation = [OrderingMutants.EpochQuorumOfTwo, OrderingMutants.OlderEpochIsFollowed];

    // The types of exceptions in the mutated build have these names, too.
    private static readonly string?[] s_failures =
        [typeof(AssertionException).FullName, typeof(BrokenException).FullName, typeof(InvariantBrokenException).FullName];

    private static IEnumerable<(MethodInfo Test, string Mutant)> Marked => typeof(RuleTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.IsDefined(typeof(FailsWithoutAttribute)))
        .Select(method => (method, method.GetCustomAttribute<FailsWithoutAttribute>()!.Mutant));

    private static IEnumerable<TestCaseData> Rules =>
        Marked.Select(rule => new TestCaseData(rule.Mutant, rule.Test).SetArgDisplayNames(rule.Mutant, rule.Test.Name));

    /// <summary>The test must also pass in the mutated build while no mutant is on: the patches themselves do no harm.</summary>
    [TestCaseSource(nameof(Rules))]
    public void A_test_of_a_rule_fails_without_the_rule(string name, MethodInfo test)
    {
        var mutant = Mutants.All.Single(mutant => mutant.Name == name);
        var build = MutatedBuild.Loaded;
        build.TestOf(test)();
        var scenario = build.TestOf(test);
        Assert.That(
            () => build.RunWith(mutant, scenario),
            Throws.Exception.Matches<Exception>(failure => s_failures.Contains(failure!.GetType().FullName)),
            mutant.Mistake);
    }

    [Test]
    public void Every_rule_has_a_test()
    {
        var tested = Marked.Select(rule => rule.Mutant).ToHashSet();
        Assert.That(Mutants.All.Except(s_onlyForSimulation).Select(mutant => mutant.Name).Except(tested), Is.Empty);
        Assert.That(s_onlyForSimulation.Where(mutant => !mutant.IsForSimulation || tested.Contains(mutant.Name)), Is.Empty);
    }

    [Test]
    public void Mutants_have_names_of_their_own() => Assert.That(Mutants.All.Select(mutant => mutant.Name), Is.Unique);

    [Test]
    public void A_patch_changes_a_production_file_only_while_its_mutant_is_on() => Assert.That(
        Mutants.All.SelectMany(mutant => mutant.Patches).Where(patch =>
            !MutatedBuild.Projects.Any(project => SourceTree.Below(project).Contains(patch.File))
            || !patch.Wrong.Contains(Mutant.Switch, StringComparison.Ordinal)),
        Is.Empty);
}
