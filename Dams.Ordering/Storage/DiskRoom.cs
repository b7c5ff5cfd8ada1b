namespace Dams.Ordering.Storage;

/// <summary>Tells a full disk from a failing one. A full disk works again as soon as somebody has made room. Any thread.</summary>
public static class DiskRoom
{
    // errno(3): ENOSPC everywhere, EDQUOT on Linux and on macOS. And ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL of Windows.
    private static readonly int[] s_codes = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Whether the problem is a full disk, or a user's exhausted share of it.</summary>
    public static bool IsCauseOf(Exception? problem) =>
        problem is NoRoomException
        || (problem is IOException && s_codes.Contains(problem.HResult))
        || (problem?.InnerException is { } inner && IsCauseOf(inner));

    /// <summary>Says how much room a folder's disk has, for people: <c>12.3 MiB are free</c>.</summary>
    public static string FreeAt(string folder) =>
        FreeBytesAt(folder) is { } free ? $"{Text(free)} are free" : "the free space is not known";

    /// <summary>
    /// How many bytes of a folder's disk are left for this user; null if the system can't tell, for example for a
    /// network path.
    /// </summary>
    public static long? FreeBytesAt(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Formats a number of bytes for people.</summary>
    public static string Text(long bytes) => bytes < 1024 * 1024
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1024.0:F0} KiB")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:F1} MiB");
}
