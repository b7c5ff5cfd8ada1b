namespace Dams.Ordering.Storage;

/// <summary>The durable log can't do its work. The process that owns it must stop: nothing is repaired in place.</summary>
public abstract class LogException : Exception
{
    private protected LogException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>Durable bytes are not what was written, or are missing.</summary>
public sealed class LogCorruptException : LogException
{
    private const string Advice =
        "Nothing was changed. Move the whole data folder away and start the member with an empty one: it comes back as a new incarnation and takes the "
        + "state from the others. Never put a folder back from a backup, and never delete single files of it.";

    /// <summary>Corruption at a place.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="expected">What should have been there, as a noun phrase.</param>
    /// <param name="found">What is there.</param>
    public LogCorruptException(string file, long offset, string expected, string found)
        : base($"The log is corrupt: {file} at byte {offset}: expected {expected}, found {found}. {Advice}", null)
    {
        File = file;
        Offset = offset;
        Expected = expected;
    }

    /// <summary>Path of the file.</summary>
    public string File { get; }

    /// <summary>Where, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>What should have been there.</summary>
    public string Expected { get; }
}

/// <summary>
/// The disk refused: full, failing or gone. The log takes nothing more, because after a failed write or flush nobody knows which bytes are on the disk,
/// and trying again may report success for bytes that were dropped.
/// </summary>
public sealed class LogFailedException : LogException
{
    /// <summary>A failure.</summary>
    public LogFailedException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>Another process, or another part of this one, has the data folder open.</summary>
public sealed class LogInUseException : LogException
{
    /// <summary>The folder is in use.</summary>
    public LogInUseException(string folder, Exception? inner)
        : base($"The data folder {folder} is in use by another process. Stop it, or give this one a folder of its own.", inner)
    {
        Folder = folder;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }
}
