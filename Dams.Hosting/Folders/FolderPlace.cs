using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;

namespace Dams.Hosting.Folders;

/// <summary>
/// Where a folder is, which tells a copy from the original: its path and, where the system reports them, its device and inode. A folder
/// that is moved within its file system keeps device and inode; a copy never has both.
/// </summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Device">Device number; null if it is not known.</param>
/// <param name="Inode">Inode number; null if it is not known.</param>
/// <param name="Boot">The kernel's boot id. After the machine has started again, devices may have other numbers.</param>
public readonly record struct FolderPlace(string Path, ulong? Device, ulong? Inode, string Boot)
{
    private const string Unknown = "-";

    /// <summary>Finds out where a folder is now. Follows links.</summary>
    public static FolderPlace Of(string folder)
    {
        var path = System.IO.Path.GetFullPath(folder);
        var (device, inode) = OperatingSystem.IsLinux() ? Stat(path) : default;
        return new FolderPlace(path, device, inode, ProcessIdentity.ThisBoot);
    }

    /// <summary>Whether both are the very same folder. In doubt they are not.</summary>
    public bool IsSameAs(FolderPlace other)
    {
        if (Inode is null || other.Inode is null)
            return IsSamePath(other);
        if (Inode != other.Inode)
            return false;
        return Boot == other.Boot ? Device == other.Device : IsSamePath(other);
    }

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string text, out FolderPlace place)
    {
        place = default;
        var parts = text.Split(' ', 4);
        if (parts.Length != 4 || !TryParseNumber(parts[0], out var device) || !TryParseNumber(parts[1], out var inode))
            return false;
        place = new FolderPlace(parts[3], device, inode, parts[2]);
        return true;
    }

    /// <summary>Device, inode, boot id and path, separated by blanks.</summary>
    public override string ToString() => $"{Text(Device)} {Text(Inode)} {Boot} {Path}";

    private bool IsSamePath(FolderPlace other) => string.Equals(Path, other.Path, ClusterTopology.PathComparison);

    private static string Text(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Unknown;

    private static bool TryParseNumber(string text, out ulong? number)
    {
        number = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return number is not null || text == Unknown;
    }

    // statx(2) is used because its structure is the same on every architecture. A C library that is too old does not have it.
    private static (ulong? Device, ulong? Inode) Stat(string path)
    {
        const int currentFolder = -100;
        const uint inodeMask = 0x100;
        const int inodeAt = 32;
        const int deviceMajorAt = 136;
        const int deviceMinorAt = 140;
        var buffer = new byte[256];
        try
        {
            if (Statx(currentFolder, [.. Encoding.UTF8.GetBytes(path), 0], 0, inodeMask, buffer) != 0)
                return default;
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return default;
        }

        var device = ((ulong)BitConverter.ToUInt32(buffer, deviceMajorAt) << 32) | BitConverter.ToUInt32(buffer, deviceMinorAt);
        return (device, BitConverter.ToUInt64(buffer, inodeAt));
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, byte[] buffer);
}
