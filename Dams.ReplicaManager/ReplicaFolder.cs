using System.Globalization;
using Dams.Hosting.Processes;
using Dams.Ordering;

namespace Dams.ReplicaManager;

/// <summary>
/// The data folder of a replica whose incarnation was ordered out is set aside before the next one begins: it never counts again, but it is the evidence.
/// The last two are kept; and of those that a process could not be started on, the last one.
/// </summary>
internal static class ReplicaFolder
{
    /// <summary>The replica leaves this file in its folder when it has been ordered out.</summary>
    public const string LeftMark = "left";

    /// <summary>The replica leaves its incarnation in this file.</summary>
    public const string IncarnationMark = "incarnation";

    /// <summary>The manager leaves in this file how many times the version had been changed when it last started a process on the folder.</summary>
    public const string TurnsMark = "turns";

    private const string Useless = "useless";
    private static readonly (string Suffix, int KeptMax) s_ofReplaced = (".aside-", 2);
    private static readonly (string Suffix, int KeptMax) s_ofUseless = (".useless-", 1);

    /// <summary>Sets the folder aside if its incarnation has left or is nobody's. Call while no process works on it.</summary>
    /// <returns>Where it is now; null if there was nothing to do.</returns>
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

    /// <summary>Whose folder it is, as the replica has left it there; null if there is no folder, or it does not say, or nothing that could be meant.</summary>
    /// <exception cref="IOException">The folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be read.</exception>
    public static Incarnation? IncarnationOf(string folder)
    {
        var mark = Path.Combine(folder, IncarnationMark);
        return File.Exists(mark) && Incarnation.TryParse(File.ReadAllText(mark).Trim(), out var incarnation) ? incarnation : null;
    }

    /// <summary>Of which turn of the versions the process is that was last started on the folder; null if the folder does not say.</summary>
    public static int? TurnsOf(string folder)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(folder, TurnsMark)), NumberStyles.None, CultureInfo.InvariantCulture, out var turns) ? turns : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Says of a folder, which is made if it isn't there, of which turn the process is that is about to be started on it.</summary>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void MarkTurns(string folder, int turns)
    {
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, TurnsMark), turns.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Says of a folder that its incarnation is over: it is set aside before the process is started again.</summary>
    /// <param name="folder">The folder; nothing is done if it isn't there.</param>
    /// <param name="incarnation">Whose it is, for people.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void MarkAsLeft(string folder, string incarnation) => Mark(folder, LeftMark, incarnation);

    /// <summary>Says of a folder that no process could be started on it, and that it is no member's: it is set aside as well, but is evidence of nothing.</summary>
    /// <param name="folder">The folder; nothing is done if it isn't there.</param>
    /// <param name="incarnation">Whose it would be, for people.</param>
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
            .Select(path => (int.TryParse(Path.GetFileName(path).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0, path))
            .Where(aside => aside.Item1 > 0).OrderBy(aside => aside.Item1)];
    }
}
