namespace Dams.Ordering.Storage;

/// <summary>Keeps a data folder to one opener: a file that no other may open (flock on Unix), gone with its process however that ends.</summary>
public static class FolderLock
{
    private const string Name = "lock";

    // What the runtime puts into an IOException: EWOULDBLOCK of flock(2), or ERROR_SHARING_VIOLATION.
    private static readonly int s_heldByAnother = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35
        : 11;

    /// <summary>Takes a file for this process, and makes it if it isn't there; disposing the stream gives it back.</summary>
    /// <returns>Null if another one has it.</returns>
    /// <exception cref="IOException">The file can't be opened, for any other reason: it is not known whether another one has
    /// it.</exception>
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

    /// <summary>Takes a folder; disposing the stream gives it back.</summary>
    /// <exception cref="LogInUseException">Another one has it.</exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    internal static FileStream Take(string folder) => TryTake(Path.Combine(folder, Name)) ?? throw new LogInUseException(folder, null);
}
