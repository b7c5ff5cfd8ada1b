using System.Runtime.InteropServices;
using System.Text;

namespace Dams.Hosting.Folders;

/// <summary>A file or folder as a Unix system describes it: what the framework tells of it, and the rest by statx(2).</summary>
/// <param name="Owner">The user id of the owner; null if the system does not tell.</param>
/// <param name="Mode">The rights of owner, group and others.</param>
/// <param name="Device">The device number; null if the system does not tell.</param>
/// <param name="Inode">The inode number; null if the system does not tell.</param>
internal readonly record struct UnixEntry(uint? Owner, UnixFileMode Mode, ulong? Device, ulong? Inode)
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;

    // Type, mode, owner, group and inode.
    private const uint Mask = 0x1 | 0x2 | 0x8 | 0x10 | 0x100;
    private const int OwnerAt = 20;
    private const int ModeAt = 28;
    private const int InodeAt = 32;
    private const int DeviceMajorAt = 136;
    private const int DeviceMinorAt = 140;
    private const int ModeBits = 0xFFF;

    /// <summary>The user whose rights this process has.</summary>
    public static uint Self { get; } = OperatingSystem.IsWindows() ? 0 : EffectiveUser();

    /// <summary>Whether the owner is this process's user or root. An owner that the system does not tell counts as such.</summary>
    public bool IsOwn => Owner is null or 0 || Owner == Self;

    /// <summary>Looks at a file or folder. If it is a link, looks at the link itself or at what it points to.</summary>
    /// <returns>Null if there is nothing.</returns>
    /// <exception cref="IOException">The file can't be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way can't be read.</exception>
    public static UnixEntry? Of(string path, bool followsLinks)
    {
        if (OperatingSystem.IsWindows())
            return null;
        if (OperatingSystem.IsLinux() && Statx(path, followsLinks) is { } known)
            return known;
        FileSystemInfo entry = new FileInfo(path);
        if (followsLinks && entry.LinkTarget is not null)
            entry = entry.ResolveLinkTarget(returnFinalTarget: true) ?? entry;
        return entry.Exists || Directory.Exists(entry.FullName) ? new UnixEntry(null, entry.UnixFileMode, null, null) : null;
    }

    // The structure of statx(2) is the same on every architecture. A C library that is too old does not have the call.
    private static UnixEntry? Statx(string path, bool followsLinks)
    {
        var buffer = new byte[256];
        try
        {
            if (Statx(CurrentFolder, [.. Encoding.UTF8.GetBytes(path), 0], followsLinks ? 0 : NoFollow, Mask, buffer) != 0)
                return null;
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }

        return new UnixEntry(
            BitConverter.ToUInt32(buffer, OwnerAt),
            (UnixFileMode)(BitConverter.ToUInt16(buffer, ModeAt) & ModeBits),
            ((ulong)BitConverter.ToUInt32(buffer, DeviceMajorAt) << 32) | BitConverter.ToUInt32(buffer, DeviceMinorAt),
            BitConverter.ToUInt64(buffer, InodeAt));
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, byte[] buffer);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
