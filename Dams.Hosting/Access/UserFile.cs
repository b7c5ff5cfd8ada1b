using System.Text;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Access;

/// <summary>
/// The file of a cluster's users, <c>users.json</c>. Only its owner may read it. It is always whole: a new version is written to a
/// temporary file and moved into place. Several processes may change it: a lock file, which ends with its process, lets one after the
/// other.
/// </summary>
public static class UserFile
{
    /// <summary>The longest file: the highest number of users with a password each has 20 MiB.</summary>
    public const int FileBytesMax = 64 * 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads a user file.</summary>
    /// <exception cref="UserFileException">The file can't be read, other users than its owner can read it, or it is wrong.</exception>
    public static UserList Load(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
                throw new UserFileException($"The user file {path} can be read by other users than its owner: run chmod 600 {path}");
            // Devices and pipes don't say how long they are.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!stream.CanSeek || stream.Length > FileBytesMax)
                throw new UserFileException($"The user file {path} is no ordinary file of at most {FileBytesMax} bytes.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return UserFileText.Read(reader.ReadToEnd(), path);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserFileException($"The user file {path} does not exist: make it with dams user add.", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserFileException($"The user file {path} can't be read: {problem.Message}", problem);
        }
    }

    /// <summary>Changes the users of a file. A file that does not exist has none, and is made.</summary>
    /// <param name="path">The user file. If it is a link, the file that it points to is replaced.</param>
    /// <param name="change">Gets the users and returns the new ones, or the same list. If it throws, the file stays as it is.</param>
    /// <param name="patience">How long to wait for another process that changes the file; five seconds if null.</param>
    /// <returns>The new users.</returns>
    /// <exception cref="UserFileException">The file can't be read or written, it is wrong, or another process holds its lock.</exception>
    public static UserList Change(string path, Func<UserList, UserList> change, TimeSpan? patience = null)
    {
        try
        {
            var target = new FileInfo(path).LinkTarget is null
                ? Path.GetFullPath(path)
                : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var held = Take(target + ".lock", path, patience ?? s_lockPatience);
            var before = File.Exists(target) ? Load(target) : UserList.Empty;
            var after = change(before);
            if (!ReferenceEquals(before, after))
                Write(target, UserFileText.Write(after));
            return after;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserFileException($"The user file {path} can't be written: {problem.Message}", problem);
        }
    }

    private static FileStream Take(string lockFile, string path, TimeSpan patience)
    {
        // Made before it is locked, because the lock's own way to make it knows no mode.
        if (!File.Exists(lockFile))
            OpenAside(lockFile, FileMode.OpenOrCreate).Dispose();
        var until = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (FolderLock.TryTake(lockFile) is { } held)
                return held;
            if (TimeProvider.System.GetElapsedTime(until) >= patience)
                throw new UserFileException($"The user file {path} is being changed by another process: try again.");
            Thread.Sleep(s_lockPause);
        }
    }

    private static void Write(string target, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > FileBytesMax)
            throw new UserFileException($"The user file would have more than {FileBytesMax} bytes. Nothing was changed.");
        var aside = target + ".new";
        try
        {
            // An interrupted command may have left one, with any mode.
            File.Delete(aside);
            using (var stream = OpenAside(aside, FileMode.CreateNew))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }

        DirectorySync.Flush(Path.GetDirectoryName(target)!);
    }

    private static FileStream OpenAside(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }
}
