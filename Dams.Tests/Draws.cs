using Dams.Ordering.Protocol;

namespace Dams.Tests;

/// <summary>Random values for tests, drawn from the seeded generator of the cores.</summary>
internal static class Draws
{
    /// <summary>A whole number that is at least 0 and below a bound of at least 1.</summary>
    public static int Below(this SeededRandom random, int bound)
    {
        Assert.That(bound, Is.Positive);
        return (int)(random.Next() % (ulong)bound);
    }

    /// <summary>True with the given probability, in thousandths.</summary>
    public static bool Chance(this SeededRandom random, int perMille) => random.Below(1000) < perMille;
}
