using System.Runtime.InteropServices;
using System.Text;

namespace Dams.Hosting;

/// <summary>
/// Makes files with secrets: only their owner may read them, and they are whole as soon as they have their name. Any thread.
/// </summary>
internal static class NewFile
{
    /// <summary>The rights of such a file.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates a file that does not exist yet.</summary>
    /// <exception cref="IOException">The file exists, or the disk reports an error.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be created.</exception>
    public static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>Moves a file to a name that is free. If several processes do so at once, one succeeds.</summary>
    /// <exception cref="IOException">The name is taken, or the disk reports an error.</exception>
    public static void Move(string file, string path)
    {
        // On Unix, File.Move checks whether the name is free, and renames the file afterwards.
        // So the second of two processes would replace the file of the first.
        if (!OperatingSystem.IsWindows() && Link(ToC(file), ToC(path)) == 0)
        {
            File.Delete(file);
            return;
        }

        // Reached on a file system without hard links, when the name is taken, and on Windows, where a move is atomic.
        File.Move(file, path, overwrite: false);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] file, byte[] path);

    private static byte[] ToC(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
