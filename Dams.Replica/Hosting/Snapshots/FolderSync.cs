using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>
/// Makes the names in a folder durable, as the ordering layer's log does for its own: .NET can't open a folder, so this calls the C library. Windows
/// has no such call and needs none.
/// </summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The disk refused.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open([.. Encoding.UTF8.GetBytes(folder), 0], ReadOnly);
        var isFlushed = descriptor >= 0 && Fsync(descriptor) == 0;
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
            _ = Close(descriptor);
        if (!isFlushed)
            throw new IOException($"fsync of folder {folder}: {new Win32Exception(error).Message}");
    }

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
