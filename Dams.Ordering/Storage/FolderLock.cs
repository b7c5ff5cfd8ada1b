namespace Dams.Ordering.Storage;

/// <summary>Keeps a data folder to one opener: a file that no other may open (flock on Unix), gone with its process however that ends.</summary>
internal static class FolderLock
{
    private const string Name = "lock";

    /// <summary>Takes it; disposing the stream gives it back.</summary>
    /// <exception cref="LogInUseException">Another one has it.</exception>
    public static FileStream Take(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new LogInUseException(folder, exception);
        }
    }
}
