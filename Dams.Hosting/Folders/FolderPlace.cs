using System.Globalization;
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
        var entry = OperatingSystem.IsLinux() ? UnixEntry.Of(path, followsLinks: true) : null;
        return new FolderPlace(path, entry?.Device, entry?.Inode, ProcessIdentity.ThisBoot);
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
}
