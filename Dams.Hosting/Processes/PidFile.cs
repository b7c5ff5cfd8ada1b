using System.Globalization;
using Dams.Hosting.Folders;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Processes;

/// <summary>
/// Shows which process works on a folder, and keeps a second one out. <c>&lt;id&gt;.pid</c> names the process for others that look for
/// it. A lock on <c>&lt;id&gt;.lock</c> ends with the process, however it ends. The pid file also says which folder the process works on,
/// so in a copy of that folder it names no process.
/// </summary>
public sealed class PidFile : IDisposable
{
    /// <summary>The name under which <c>dams up</c> holds the data folder of the cluster that it runs.</summary>
    public static string ClusterHolder { get; } = Path.GetFileNameWithoutExtension(DataFolderFiles.UpLock);

    private readonly FileStream _lock;
    private readonly string _path;
    private readonly string _text;

    private PidFile(FileStream held, string path, string text)
    {
        _lock = held;
        _path = path;
        _text = text;
    }

    /// <summary>The path of the file that names the process.</summary>
    public static string PathOf(string folder, string name) => Path.Combine(folder, name + ".pid");

    /// <summary>Takes the folder for this process; null if another has it (<see cref="WhyNotHeld"/>).</summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    /// <param name="name">The process's id, or <see cref="ClusterHolder"/>.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static PidFile? TryHold(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var path = PathOf(folder, name);
        if (FolderLock.TryTake(LockOf(path)) is not { } held)
            return null;
        try
        {
            var text = TextOf(folder, ProcessIdentity.Current);
            WholeFile.Write(path, text);
            return new PidFile(held, path, text);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Says why <see cref="TryHold"/> did not get a folder: the process that works on it, or a foreign process that has locked the file.
    /// </summary>
    public static string WhyNotHeld(string folder, string name)
    {
        var file = LockOf(PathOf(folder, name));
        return FindRunning(folder, name) is { } running
            ? string.Create(CultureInfo.InvariantCulture, $"{name} already runs on {folder}, as process {running.ProcessId}")
            : WhyLocked(file, name);
    }

    /// <summary>Says that a foreign process holds a lock file, and which one it is if the system tells.</summary>
    internal static string WhyLocked(string file, string name) =>
        $"{file} is locked by {LockHolders.TextOf(file) ?? "another process"}, "
        + $"and no {(name == ClusterHolder ? "dams up" : name)} runs on that folder: "
        + $"end the process that has locked the file (fuser {file} shows it), and start again";

    /// <summary>Whether one of our processes of that name has ever worked on a folder.</summary>
    public static bool WasHeld(string folder, string name) => File.Exists(LockOf(PathOf(folder, name)));

    /// <summary>
    /// The process that the file names, if it still runs and works on this very folder. A process that works on the original of a copied
    /// folder does not count.
    /// </summary>
    public static ProcessIdentity? FindRunning(string folder, string name)
    {
        try
        {
            var lines = File.ReadAllText(PathOf(folder, name)).Split('\n', 2);
            return lines.Length == 2 && ProcessIdentity.TryParse(lines[0], out var identity)
                && FolderPlace.TryParse(lines[1].TrimEnd('\n'), out var place)
                && place.IsSameAs(FolderPlace.Of(folder)) && identity.IsAlive ? identity : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>All processes of a cluster that run on this machine.</summary>
    public static IReadOnlyList<(NodeId Id, ProcessIdentity Process)> FindRunning(ClusterTopology topology) =>
    [
        .. topology.Nodes
            .Select(node => (node.Id, Process: FindRunning(topology.FolderOf(node.Id), node.Id.ToString())))
            .Where(found => found.Process is not null)
            .Select(found => (found.Id, found.Process!.Value)),
    ];

    /// <summary>Releases the folder.</summary>
    public void Dispose()
    {
        try
        {
            // The folder of a replaced replica has been moved aside by now. Its successor's file may be at this path.
            if (File.Exists(_path) && File.ReadAllText(_path) == _text)
                File.Delete(_path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The file stays, and names a process that is gone.
        }

        _lock.Dispose();
    }

    /// <summary>The content of the pid file: the process, and the folder that it works on.</summary>
    internal static string TextOf(string folder, ProcessIdentity process) => $"{process}\n{FolderPlace.Of(folder)}\n";

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");
}
