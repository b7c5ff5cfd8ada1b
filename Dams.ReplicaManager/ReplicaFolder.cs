using System.Globalization;
using Dams.Hosting.Processes;
using Dams.Ordering;

namespace Dams.ReplicaManager;

/// <summary>
/// Marks data folders and sets them aside. The folder of an incarnation that was ordered out is set aside before the next one begins:
/// it never counts again, but it is evidence. The last two of these folders are kept, and the last one of those on which no process
/// could be started.
/// </summary>
internal static class ReplicaFolder
{
    /// <summary>The replica writes this file into its folder when it has been ordered out.</summary>
    public const string LeftMark = "left";

    /// <summary>The replica writes its incarnation into this file.</summary>
    public const string IncarnationMark = "incarnation";

    /// <summary>
    /// The manager writes into this file how often the version had been changed when it last started a process on the folder.
    /// </summary>
    public const string TurnsMark = "turns";

    private const string Useless = "useless";
    private static readonly (string Suffix, int KeptMax) s_ofReplaced = (".aside-", 2);
    private static readonly (string Suffix, int KeptMax) s_ofUseless = (".useless-", 1);

    /// <summary>Sets the folder aside if it is marked as left or as useless. Call it while no process works on the folder.</summary>
    /// <returns>The folder's new path; null if there was nothing to do.</returns>
    /// <exception cref="IOException">The folder can't be moved.</exception>
    public static string? SetAsideIfLeft(string folder)
    {
        var isLeft = File.Exists(Path.Combine(folder, LeftMark));
        if (!isLeft && !File.Exists(Path.Combine(folder, Useless)))
            return null;
        var (suffix, keptMax) = isLeft ? s_ofReplaced : s_ofUseless;
        var asides = Asides(folder, suffix);
        var next = asides.Count == 0 ? 1 : asides[^1].Number + 1;
        var target = string.Create(CultureInfo.InvariantCulture, $"{folder}{suffix}{next}");
        Directory.Move(folder, target);
        foreach (var (_, path) in asides.SkipLast(keptMax - 1))
            Directory.Delete(path, recursive: true);
        return target;
    }

    /// <summary>
    /// Reads the incarnation that the replica has written into its folder; null if there is no folder, or no valid incarnation in it.
    /// </summary>
    /// <exception cref="IOException">The folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be read.</exception>
    public static Incarnation? IncarnationOf(string folder)
    {
        var mark = Path.Combine(folder, IncarnationMark);
        return File.Exists(mark) && Incarnation.TryParse(File.ReadAllText(mark).Trim(), out var incarnation) ? incarnation : null;
    }

    /// <summary>
    /// Reads how often the version had been changed when a process was last started on the folder; null if the folder does not say.
    /// </summary>
    public static int? TurnsOf(string folder)
    {
        try
        {
            return int.TryParse(
                File.ReadAllText(Path.Combine(folder, TurnsMark)), NumberStyles.None, CultureInfo.InvariantCulture, out var turns)
                ? turns
                : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes into a folder how often the version has been changed, before a process is started on it. The folder is made if it isn't
    /// there.
    /// </summary>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void MarkTurns(string folder, int turns)
    {
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, TurnsMark), turns.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Marks a folder whose incarnation is over: it is set aside before the process is started again.</summary>
    /// <param name="folder">The folder; nothing is done if it isn't there.</param>
    /// <param name="incarnation">The folder's incarnation, for people to read.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void MarkAsLeft(string folder, string incarnation) => Mark(folder, LeftMark, incarnation);

    /// <summary>
    /// Marks a folder on which no process could be started, and which belongs to no member. It is set aside as well, but is evidence of
    /// nothing.
    /// </summary>
    /// <param name="folder">The folder; nothing is done if it isn't there.</param>
    /// <param name="incarnation">The folder's incarnation, for people to read.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void MarkAsUseless(string folder, string incarnation) => Mark(folder, Useless, incarnation);

    private static void Mark(string folder, string mark, string incarnation)
    {
        if (Directory.Exists(folder))
            WholeFile.Write(Path.Combine(folder, mark), incarnation);
    }

    private static List<(int Number, string Path)> Asides(string folder, string suffix)
    {
        var parent = Path.GetDirectoryName(folder)!;
        var prefix = Path.GetFileName(folder) + suffix;
        return [.. Directory.EnumerateDirectories(parent, prefix + "*")
            .Select(path => (
                int.TryParse(Path.GetFileName(path).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : 0,
                path))
            .Where(aside => aside.Item1 > 0).OrderBy(aside => aside.Item1)];
    }
}
