using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Dams.Ordering.Storage;

/// <summary>
/// Makes file names durable. After a file was created, renamed or deleted, its directory must be flushed, too, or a
/// power cut may undo the change. .NET can't open a directory (File.OpenHandle fails on it), so this calls the C
/// library. Windows has no such call and needs none: NTFS journals names.
/// </summary>
public static class DirectorySync
{
    private const int ReadOnly = 0;

    /// <summary>Flushes the names in a directory.</summary>
    /// <exception cref="IOException">A disk operation failed.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open([.. Encoding.UTF8.GetBytes(folder), 0], ReadOnly);
        if (descriptor < 0)
            throw Failure("open", folder);
        try
        {
            if (Fsync(descriptor) != 0)
                throw Failure("fsync", folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string call, string folder) =>
        new($"{call} of directory {folder}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    // open is variadic in C, but its third argument is read only when a file is made.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
