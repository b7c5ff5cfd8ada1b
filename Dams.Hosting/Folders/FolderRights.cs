using System.Runtime.InteropServices;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Hosting.Folders;

/// <summary>
/// Keeps a cluster's files from the other users of a machine. A user who can read them knows every booking. A user who can write them can
/// change bookings, or stop a process by a lock. So folders get the rights 0700 and files 0600. A folder or file that can't be corrected
/// is refused if others can write it, and told if they can only read it. On Windows a folder has the rights of the folder that it is in,
/// and nothing of this applies. Any thread.
/// </summary>
public static class FolderRights
{
    private const UnixFileMode OfOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode WriteOfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const uint MaskOfOthers = 0x3F;
    private const int LinksMax = 40;
    private const int TriesMax = 3;

    // Entries by which a folder is known to be a data folder, even before a cluster has run on it.
    private static readonly string[] s_known =
        [ClusterTopology.FileName, DataFolderFiles.OrderToken, "cluster.key", "users.json", "certs", "logs"];

    /// <summary>From now on this process, and the processes that it starts, make folders and files that only their owner may use.</summary>
    public static void KeepNewFilesPrivate()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetMask(MaskOfOthers);
    }

    /// <summary>Corrects the rights of the cluster's folders and files that exist, or says what is wrong with them.</summary>
    /// <param name="topology">The configuration, which names the folders.</param>
    /// <param name="id">The process whose files are corrected; null for all processes.</param>
    /// <returns>Sentences for the operator about what others can read.</returns>
    /// <exception cref="DataFolderException">Others can write a folder or a file. Nothing but rights was changed.</exception>
    /// <exception cref="IOException">A folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder can't be read.</exception>
    public static IReadOnlyList<string> Correct(ClusterTopology topology, NodeId? id = null)
    {
        if (OperatingSystem.IsWindows())
            return [];
        var findings = new Findings();
        var folder = topology.DataFolder;
        findings.LookAtWay(folder);
        findings.CorrectFolder(folder, DataFolderFiles.IsDataFolder(folder) || HasOnly(folder, name => s_known.Contains(name)));
        foreach (var file in Existing(folder, "*", Directory.EnumerateFiles).Where(IsOfCluster))
            findings.CorrectEntry(file);
        foreach (var node in topology.Nodes.Where(node => id is null || node.Id == id))
        {
            var own = topology.FolderOf(node.Id);
            if (!topology.Keeps(own))
                findings.LookAtWay(own);
            findings.CorrectFolder(own, topology.Keeps(own) || HasOnly(own, _ => false) || IsHeldBefore(own, node.Id));
            findings.CorrectAllIn(own);
        }

        if (topology.Keeps(topology.Log.Folder))
        {
            findings.CorrectFolder(topology.Log.Folder, isOurs: true);
            findings.CorrectAllIn(topology.Log.Folder);
        }
        else
        {
            // Other programs may log there, too.
            findings.LookAtWay(topology.Log.Folder, isShared: true);
        }

        findings.ThrowIfUnsafe();
        return findings.Notices;
    }

    // A key that others could read is not corrected but refused (KeyFile), because they may know it by now.
    private static bool IsOfCluster(string file) => Path.GetFileName(file) is var name
        && (name is DataFolderFiles.OrderToken or DataFolderFiles.Identity
            || name.StartsWith(ClusterTopology.FileName, StringComparison.Ordinal)
            || Path.GetExtension(name) is ".lock" or ".pid");

    private static bool IsHeldBefore(string folder, NodeId id) => Processes.PidFile.WasHeld(folder, id.ToString());

    private static bool HasOnly(string folder, Predicate<string> isKnown) =>
        Existing(folder, "*", Directory.EnumerateFileSystemEntries).All(path => isKnown(Path.GetFileName(path)));

    private static IEnumerable<string> Existing(string folder, string pattern, Func<string, string, IEnumerable<string>> entries) =>
        Directory.Exists(folder) ? entries(folder, pattern) : [];

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetMask(uint mask);

    /// <summary>Collects what is wrong, so that the operator learns everything at once.</summary>
    private sealed class Findings
    {
        private static readonly EnumerationOptions s_withoutLinks = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };

        private readonly List<string> _problems = [];
        private readonly List<string> _notices = [];

        public IReadOnlyList<string> Notices => [.. _notices.Distinct()];

        public void ThrowIfUnsafe()
        {
            if (_problems.Count > 0)
                throw new DataFolderException(_problems.Distinct());
        }

        /// <summary>
        /// Looks at the folders and links that lead to a path. A user who can rename one of them can
        /// put something else in the place of the path.
        /// </summary>
        /// <param name="path">An absolute path.</param>
        /// <param name="isShared">Whether the path is itself a folder in which others may have theirs.</param>
        public void LookAtWay(string path, bool isShared = false)
        {
            var links = 0;
            var parts = new Stack<string>(PartsOf(path).Reverse());
            var at = "/";
            LookAtParent(at);
            while (parts.TryPop(out var part))
            {
                at = Path.GetFullPath(part, at);
                if (UnixEntry.Of(at, followsLinks: false) is not { } entry)
                    return;
                if (new DirectoryInfo(at).LinkTarget is not { } target)
                {
                    if (parts.Count > 0 || isShared)
                        LookAtParent(at);
                    continue;
                }

                if (!entry.IsOwn)
                    _problems.Add($"{at}, which leads to {path}, is a link of user {entry.Owner}, who may let it lead elsewhere: "
                        + "name the folder without that link.");
                if (++links > LinksMax)
                    return;
                foreach (var next in PartsOf(target).Reverse())
                    parts.Push(next);
                at = Path.IsPathRooted(target) ? "/" : Path.GetDirectoryName(at) ?? "/";
            }
        }

        /// <summary>Corrects a folder; does nothing if it does not exist.</summary>
        public void CorrectFolder(string folder, bool isOurs)
        {
            if (UnixEntry.Of(folder, followsLinks: true) is not { } entry)
                return;
            // Everybody uses such a folder, even if it is empty.
            var isShared = entry.Mode.HasFlag(UnixFileMode.StickyBit) || Path.GetPathRoot(folder) == folder;
            Correct(folder, entry, isOurs && !isShared, isFolder: true);
        }

        /// <summary>Corrects everything in a folder. Links stay as they are: their rights don't count.</summary>
        public void CorrectAllIn(string folder)
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    foreach (var path in Existing(folder, "*", (at, all) => Directory.EnumerateFileSystemEntries(at, all, s_withoutLinks)))
                        CorrectEntry(path);
                    return;
                }
                catch (DirectoryNotFoundException) when (tries < TriesMax)
                {
                    // A process that an earlier run has left behind has just deleted a folder.
                }
            }
        }

        public void CorrectEntry(string path)
        {
            if (UnixEntry.Of(path, followsLinks: false) is { } entry && new FileInfo(path).LinkTarget is null)
                Correct(path, entry, isOurs: true, Directory.Exists(path));
        }

        private static string[] PartsOf(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

        private void LookAtParent(string folder)
        {
            if (UnixEntry.Of(folder, followsLinks: true) is not { } entry)
                return;
            var isSticky = entry.Mode.HasFlag(UnixFileMode.StickyBit);
            if (entry.Mode.HasFlag(UnixFileMode.OtherWrite) && !isSticky)
                _problems.Add($"{folder} can be written by every user, who may put another folder in the place of one in it: "
                    + $"run chmod o-w {folder}, or choose a folder elsewhere.");
            else if (entry.Mode.HasFlag(UnixFileMode.GroupWrite) && !isSticky)
                _notices.Add($"{folder} can be written by its group, whose users may put another folder in the place of one in it");
        }

        private void Correct(string path, UnixEntry entry, bool isOurs, bool isFolder)
        {
            if (!entry.IsOwn)
            {
                _problems.Add($"{path} belongs to user {entry.Owner}, and this process runs as user {UnixEntry.Self}: "
                    + $"run chown -R {UnixEntry.Self} {path}, choose another folder, or run as that user.");
                return;
            }

            var mode = entry.Mode;
            if ((mode & OfOthers) != 0 && isOurs && TryCorrect(path, mode & ~OfOthers))
                mode = UnixEntry.Of(path, isFolder)?.Mode ?? default;
            if ((mode & WriteOfOthers) != 0)
                _problems.Add($"{path} can be written by other users ({Text(mode)}), and this process did not change that: "
                    + $"run chmod {(isFolder ? "700" : "600")} {path}, or choose a folder of the cluster's own.");
            else if ((mode & OfOthers) != 0)
                _notices.Add($"{path} can be read by other users ({Text(mode)}): run chmod {(isFolder ? "700" : "600")} {path}");
        }

        private static bool TryCorrect(string path, UnixFileMode mode)
        {
            try
            {
#pragma warning disable CA1416 // Correct has returned on Windows.
                File.SetUnixFileMode(path, mode);
#pragma warning restore CA1416
                return true;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // It has gone, belongs to root, or its file system does not let it change. Its present rights count.
                return false;
            }
        }

        private static string Text(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
    }
}
