namespace Dams.Ordering.Transport;

/// <summary>A key file can't be used.</summary>
public sealed class KeyRingException : Exception
{
    /// <summary>Describes what is wrong with the file.</summary>
    public KeyRingException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
