namespace Dams.Ordering.Storage;

/// <summary>
/// Lets a data folder be open only once. A file that nobody else may open (flock on Unix) is the lock. It ends with its
/// process, however that ends.
/// </summary>
public static class FolderLock
{
    private const string Name = "lock";

    // The code that the runtime puts into an IOException: EWOULDBLOCK of flock(2), or ERROR_SHARING_VIOLATION.
    private static readonly int s_heldByAnother = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35
        : 11;

    /// <summary>
    /// Locks a file for this process, and makes the file if it does not exist. Disposing the stream releases the lock.
    /// </summary>
    /// <returns>Null if somebody else has locked the file.</returns>
    /// <exception cref="IOException">
    /// The file can't be opened for another reason. It is not known whether somebody else has locked it.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be opened.</exception>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException refused) when (refused.HResult == s_heldByAnother)
        {
            return null;
        }
    }

    /// <summary>The file that is locked while a folder is in use.</summary>
    internal static string FileOf(string folder) => Path.Combine(folder, Name);

    /// <summary>Locks a folder. Disposing the stream releases the lock.</summary>
    /// <exception cref="LogInUseException">Somebody else has locked the folder.</exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    internal static FileStream Take(string folder) => TryTake(FileOf(folder)) ?? throw new LogInUseException(folder, null);
}
