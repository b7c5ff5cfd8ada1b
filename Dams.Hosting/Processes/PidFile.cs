using Dams.Contracts.Topology;

namespace Dams.Hosting.Processes;

/// <summary>
/// Says which process works on a folder, and keeps a second one out: <c>&lt;id&gt;.pid</c> names it for those who look for it, and a lock on
/// <c>&lt;id&gt;.lock</c> ends with it, however it ends.
/// </summary>
public sealed class PidFile : IDisposable
{
    /// <summary>Under this name <c>dams up</c> holds the data folder of the cluster that it runs.</summary>
    public const string ClusterHolder = "up";

    private readonly FileStream _lock;
    private readonly string _path;

    private PidFile(FileStream held, string path)
    {
        _lock = held;
        _path = path;
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
        FileStream held;
        try
        {
            held = new FileStream(Path.ChangeExtension(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException refused) when (refused is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }

        WholeFile.Write(path, ProcessIdentity.Current + "\n");
        return new PidFile(held, path);
    }

    /// <summary>Whether one of our processes of that name has ever worked on a folder.</summary>
    public static bool WasHeld(string folder, string name) => File.Exists(Path.ChangeExtension(PathOf(folder, name), ".lock"));

    /// <summary>The process that the file names, if it still runs.</summary>
    public static ProcessIdentity? FindRunning(string folder, string name)
    {
        try
        {
            return ProcessIdentity.TryParse(File.ReadAllText(PathOf(folder, name)), out var identity) && identity.IsAlive ? identity : null;
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
        // A replaced replica's folder has been moved aside by then.
        if (File.Exists(_path))
            File.Delete(_path);
        _lock.Dispose();
    }
}
