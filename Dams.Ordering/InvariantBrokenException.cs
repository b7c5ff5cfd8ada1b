namespace Dams.Ordering;

/// <summary>A programmer error was found at run time.</summary>
public sealed class InvariantBrokenException : Exception
{
    /// <summary>The broken sentence.</summary>
    public InvariantBrokenException(string message)
        : base(message)
    {
    }
}
