using System.Runtime.InteropServices;
using System.Text;
using Dams.Ordering.Transport;

namespace Dams.Hosting;

/// <summary>
/// The file of a cluster's keys (<see cref="KeyRing"/>), from which the keys of datagrams are derived. Only its owner may read it. It is always whole: it is
/// written aside and moved into place.
/// </summary>
public static class KeyFile
{
    // Every key there can be, with room for notes.
    private const int FileBytesMax = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads a key file, and makes it first, with one key, if it isn't there. Several processes may do so at once, and have the same key.</summary>
    /// <exception cref="KeyRingException">It can't be made or read, or is wrong.</exception>
    public static KeyRing LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            try
            {
                Create(path, KeyRing.Generate());
            }
            catch (KeyRingException) when (File.Exists(path))
            {
                // Another process came first: its key it is.
            }
        }

        return Load(path);
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="KeyRingException">It can't be read, others than its owner can, or it is wrong. Keys are never part of the message.</exception>
    public static KeyRing Load(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
                throw new KeyRingException($"The key file {path} can be read by others than its owner: chmod 600 {path}");
            if (new FileInfo(path).Length > FileBytesMax)
                throw new KeyRingException($"The key file {path} is too long: it has at most {FileBytesMax} bytes.");
            return KeyRing.Parse(File.ReadAllText(path), path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be read: {problem.Message}", problem);
        }
    }

    /// <summary>Makes a key file, and its folder. One that is there already is left as it is.</summary>
    /// <exception cref="KeyRingException">It is there already, or can't be made.</exception>
    public static void Create(string path, KeyRing keys)
    {
        try
        {
            if (File.Exists(path))
                throw new KeyRingException($"The key file {path} is there already.");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            Write(OpenNew(Path.Combine(folder, Path.GetRandomFileName())), path, () => keys, overwrite: false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be made: {problem.Message}", problem);
        }
    }

    /// <summary>Replaces a key file by another one made from it. Of several changes at once one is done and the others fail.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">Gets the keys that are there; if it throws, the file is left as it is.</param>
    /// <returns>The new keys.</returns>
    /// <exception cref="KeyRingException">It can't be read or written, or is wrong.</exception>
    public static KeyRing Change(string path, Func<KeyRing, KeyRing> change)
    {
        // What a link points to is replaced, not the link.
        var target = Resolve(path);
        // The file aside is also the lock: who can't make it isn't alone.
        var aside = target + ".new";
        FileStream file;
        try
        {
            file = OpenNew(aside);
        }
        catch (IOException problem) when (File.Exists(aside))
        {
            throw new KeyRingException($"The key file {path} is being changed by another command; if there is none, one was cut off: delete {aside}.", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be written: {problem.Message}", problem);
        }

        try
        {
            return Write(file, target, () => change(Load(path)), overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be written: {problem.Message}", problem);
        }
    }

    /// <summary>Moves a file to a name that nobody has. Of several processes that do so at once, one succeeds.</summary>
    /// <exception cref="IOException">The name is taken, or the disk refused.</exception>
    private static void MoveToNew(string file, string path)
    {
        // On Unix, File.Move looks whether the name is free and renames then: the second of two processes would replace the first one's file.
        if (!OperatingSystem.IsWindows() && Link(ToC(file), ToC(path)) == 0)
        {
            File.Delete(file);
            return;
        }

        // A file system without hard links, a name that is taken, or Windows, where a move is atomic.
        File.Move(file, path, overwrite: false);
    }

    private static string Resolve(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be read: {problem.Message}", problem);
        }
    }

    private static FileStream OpenNew(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    private static KeyRing Write(FileStream aside, string path, Func<KeyRing> make, bool overwrite)
    {
        try
        {
            KeyRing keys;
            using (aside)
            using (var writer = new StreamWriter(aside))
            {
                keys = make();
                keys.Write(writer);
                writer.Flush();
                aside.Flush(flushToDisk: true);
            }

            if (overwrite)
                File.Move(aside.Name, path, overwrite: true);
            else
                MoveToNew(aside.Name, path);
            return keys;
        }
        catch
        {
            // Only then: once it is moved, the name may be another command's.
            File.Delete(aside.Name);
            throw;
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] file, byte[] path);

    private static byte[] ToC(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
