using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dams.Ordering;

/// <summary>
/// Assertions against programmer errors, in Release builds, too. Bad input from the wire never reaches them: it is a
/// value, not an assertion.
/// </summary>
public static class Invariant
{
    /// <summary>Stops the process's loop if the condition does not hold. The exception carries the broken sentence.</summary>
    /// <exception cref="InvariantBrokenException">The condition does not hold.</exception>
    public static void That([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string sentence = "")
    {
        if (!condition)
            throw new InvariantBrokenException(sentence);
    }
}
