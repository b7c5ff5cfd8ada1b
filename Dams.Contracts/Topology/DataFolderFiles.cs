namespace Dams.Contracts.Topology;

/// <summary>The files by which a folder is known as the data folder of a cluster.</summary>
public static class DataFolderFiles
{
    /// <summary><c>dams up</c> holds a lock on it while it runs the cluster, and never deletes it.</summary>
    public const string UpLock = "up.lock";

    /// <summary>Says which cluster it is, where the folder is, and what it was made for.</summary>
    public const string Identity = "identity.json";

    /// <summary>Whether a folder is or was the data folder of a cluster.</summary>
    public static bool IsDataFolder(string folder) => File.Exists(Path.Combine(folder, UpLock))
        || File.Exists(Path.Combine(folder, Identity));
}
