using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dams.Ordering;

/// <summary>Assertions of programmer errors, in Release too. Never reachable from the wire: bad input is a value, not an assertion.</summary>
public static class Invariant
{
    /// <summary>Stops the process's loop with the broken sentence if the condition does not hold.</summary>
    /// <exception cref="InvariantBrokenException">It does not hold.</exception>
    public static void That([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string sentence = "")
    {
        if (!condition)
            throw new InvariantBrokenException(sentence);
    }
}

/// <summary>A programmer error was found at run time.</summary>
public sealed class InvariantBrokenException : Exception
{
    /// <summary>The broken sentence.</summary>
    public InvariantBrokenException(string message)
        : base(message)
    {
    }

    /// <summary>For serializers.</summary>
    public InvariantBrokenException()
    {
    }

    /// <summary>The broken sentence and what led to it.</summary>
    public InvariantBrokenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
