namespace Dams.Tests.Mutation;

/// <summary>
/// Says that a test fails if a rule is taken out: so it tests that rule. <see cref="RuleTests"/> tries it. The test has no arguments, and
/// its class no set-up.
/// </summary>
/// <param name="mutant">The name of the mutant that takes the rule out.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FailsWithoutAttribute(string mutant) : Attribute
{
    public string Mutant => mutant;
}
