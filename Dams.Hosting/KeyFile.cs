using Dams.Ordering.Transport;

namespace Dams.Hosting;

/// <summary>
/// The file of a cluster's keys (<see cref="KeyRing"/>), from which the keys of datagrams are derived. Only its owner may read it.
/// It is always whole: a new version is written to a temporary file and moved into place.
/// </summary>
public static class KeyFile
{
    // Enough for the highest number of keys, with room for comments.
    private const int FileBytesMax = 64 * 1024;

    /// <summary>
    /// Reads a key file. If it does not exist, creates it first, with one key. Several processes may do so at once; all get the same key.
    /// </summary>
    /// <exception cref="KeyRingException">The file can't be created or read, or it is wrong.</exception>
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
                // Another process has created the file first. Its key is used.
            }
        }

        return Load(path);
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="KeyRingException">
    /// The file can't be read, other users than its owner can read it, or it is wrong. The message never contains a key.
    /// </exception>
    public static KeyRing Load(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(NewFile.OwnerOnly | UnixFileMode.UserExecute)) != 0)
                throw new KeyRingException($"The key file {path} can be read by other users than its owner: run chmod 600 {path}");
            if (new FileInfo(path).Length > FileBytesMax)
                throw new KeyRingException($"The key file {path} is too long: the limit is {FileBytesMax} bytes.");
            return KeyRing.Parse(File.ReadAllText(path), path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be read: {problem.Message}", problem);
        }
    }

    /// <summary>Creates a key file, and its folder. An existing file stays as it is.</summary>
    /// <exception cref="KeyRingException">The file exists already, or can't be created.</exception>
    public static void Create(string path, KeyRing keys)
    {
        try
        {
            if (File.Exists(path))
                throw new KeyRingException($"The key file {path} is there already.");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            Write(NewFile.Open(Path.Combine(folder, Path.GetRandomFileName())), path, () => keys, overwrite: false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key file {path} can't be made: {problem.Message}", problem);
        }
    }

    /// <summary>Changes the keys in a key file. If several changes run at once, one succeeds and the others fail.</summary>
    /// <param name="path">The key file. If it is a link, the file that it points to is replaced.</param>
    /// <param name="change">Gets the keys of the file and returns the new ones. If it throws, the file stays as it is.</param>
    /// <returns>The new keys.</returns>
    /// <exception cref="KeyRingException">The file can't be read or written, or it is wrong.</exception>
    public static KeyRing Change(string path, Func<KeyRing, KeyRing> change)
    {
        // If the path is a link, the file that it points to is replaced, not the link.
        var target = Resolve(path);
        // The temporary file is also the lock: a command that can't create it is not alone.
        var aside = target + ".new";
        FileStream file;
        try
        {
            file = NewFile.Open(aside);
        }
        catch (IOException problem) when (File.Exists(aside))
        {
            throw new KeyRingException($"The key file {path} is being changed by another command. "
                + $"If no other command is running, an earlier one was interrupted: delete {aside}.", problem);
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
                NewFile.Move(aside.Name, path);
            return keys;
        }
        catch
        {
            // Delete it only on failure: once it has been moved, the name may belong to another command.
            File.Delete(aside.Name);
            throw;
        }
    }
}
