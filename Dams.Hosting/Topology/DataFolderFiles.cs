namespace Dams.Hosting.Topology;

/// <summary>The files that mark a folder as the data folder of a cluster.</summary>
public static class DataFolderFiles
{
    /// <summary><c>dams up</c> locks this file while it runs the cluster, and never deletes it.</summary>
    public const string UpLock = "up.lock";

    /// <summary>Says which cluster the data folder is, where it is, and what it was made for.</summary>
    public const string Identity = "identity.json";

    /// <summary>The secret that orders to the processes of this data folder must carry; readable by its owner only.</summary>
    public const string OrderToken = "orders.token";

    /// <summary>Whether a folder is or was the data folder of a cluster.</summary>
    public static bool IsDataFolder(string folder) => File.Exists(Path.Combine(folder, UpLock))
        || File.Exists(Path.Combine(folder, Identity));
}
