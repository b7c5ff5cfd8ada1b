using Dams.Contracts.Topology;
using Dams.Hosting.Folders;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Processes;

/// <summary>
/// Says which process works on a folder, and keeps a second one out: <c>&lt;id&gt;.pid</c> names it for those who look for it, and a lock on
/// <c>&lt;id&gt;.lock</c> ends with it, however it ends. The file also says which folder the process works on: in a copy of that folder it
/// names nobody.
/// </summary>
public sealed class PidFile : IDisposable
{
    /// <summary>Under this name <c>dams up</c> holds the data folder of the cluster that it runs.</summary>
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

    /// <summary>The file that names the process.</summary>
    public static string PathOf(string folder, string name) => Path.Combine(folder, name + ".pid");

    /// <summary>Takes the folder for this process; null if another has it.</summary>
    /// <param name="folder">Is made if it isn't there.</param>
    /// <param name="name">The process's id.</param>
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

    /// <summary>Whether one of our processes of that name has ever worked on a folder.</summary>
    public static bool WasHeld(string folder, string name) => File.Exists(LockOf(PathOf(folder, name)));

    /// <summary>
    /// The process that the file names, if it still runs and works on this very folder, not on one that this was copied from.
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

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        try
        {
            // A replaced replica's folder has been moved aside by then, and there may be the next one's.
            if (File.Exists(_path) && File.ReadAllText(_path) == _text)
                File.Delete(_path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It names a process that is gone then.
        }

        _lock.Dispose();
    }

    /// <summary>What the file of a process holds: the process, and the folder that it works on.</summary>
    internal static string TextOf(string folder, ProcessIdentity process) => $"{process}\n{FolderPlace.Of(folder)}\n";

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");
}
