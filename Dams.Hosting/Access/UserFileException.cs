namespace Dams.Hosting.Access;

/// <summary>
/// The user file, or another file that vouches for callers, can't be read or written, or it is wrong. The message says what to do, and
/// contains no password or hash.
/// </summary>
public sealed class UserFileException : Exception
{
    /// <summary>Makes an exception.</summary>
    public UserFileException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
