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
        "Nothing was changed. Move the whole data folder away and start the member with an empty one: it comes back as a new "
        + "incarnation and takes the state from the others. Never restore a folder from a backup, and never delete single files of it.";

    /// <summary>Describes corruption at a position of a file.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="expected">The expected content, as a noun phrase.</param>
    /// <param name="found">The actual content, as a noun phrase.</param>
    public LogCorruptException(string file, long offset, string expected, string found)
        : base($"The log is corrupt: {file} at byte {offset}: expected {expected}, found {found}. {Advice}", null)
    {
    }
}

/// <summary>
/// A disk operation failed: the disk is full, failing or gone. The log accepts no more writes. After a failed write or
/// flush nobody knows which bytes are on the disk, and a retry may report success for bytes that were dropped.
/// </summary>
public sealed class LogFailedException : LogException
{
    /// <summary>Describes the failure.</summary>
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
        : base($"The data folder {folder} is in use by another process. Stop it, or give this one a folder of its own.", inner) =>
        LockFile = FolderLock.FileOf(folder);

    /// <summary>The file that the other process has locked.</summary>
    public string LockFile { get; }
}
