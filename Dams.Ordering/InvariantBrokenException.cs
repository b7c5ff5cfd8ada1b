namespace Dams.Ordering;

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
