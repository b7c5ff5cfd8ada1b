using System.Globalization;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;

namespace Dams.Hosting.Folders;

/// <summary>A data folder that may be used.</summary>
/// <param name="Instance">The identity of the cluster: the same for every process that works on the folder.</param>
/// <param name="Keys">The cluster's keys, derived for this instance.</param>
/// <param name="Orders">The secret that orders to the processes on this folder must carry.</param>
/// <param name="Notice">A notice to the operator that the folder was copied or moved; else null.</param>
public sealed record OpenedFolder(ClusterInstance Instance, KeyRing Keys, OrderToken Orders, string? Notice);

/// <summary>
/// The data folder of a cluster, and its identity file (<see cref="DataFolderFiles.Identity"/>). The file says which cluster the folder
/// is, where it is, and what it was made for. A folder in another place is a copy, or was moved from elsewhere. It becomes a cluster of
/// its own, because the original may be running.
/// </summary>
public static class DataFolder
{
    private static readonly TimeSpan s_lockPoll = TimeSpan.FromMilliseconds(20);

    // A holder writes one small file. If that takes longer than this, the disk hangs.
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(10);

    /// <summary>Checks whether a configuration fits its data folder. Changes nothing.</summary>
    /// <param name="topology">The configuration; it names the data folder.</param>
    /// <param name="isAnew">Whether the folder is to begin anew. Then it does not matter what the folder was made for.</param>
    /// <returns>A notice to the operator, or null.</returns>
    /// <exception cref="DataFolderException">The configuration does not fit the folder.</exception>
    /// <exception cref="IOException">The folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be read.</exception>
    public static string? Check(ClusterTopology topology, bool isAnew = false)
    {
        var found = FolderFinding.Look(topology);
        found.ThrowIfUnfit(isAnew);
        return found.Notice;
    }

    /// <summary>
    /// Opens a data folder. If its identity or its keys do not exist, creates them first. Several processes may do so at once; all get the
    /// same identity and keys. Only here does a process learn which cluster it belongs to.
    /// </summary>
    /// <param name="topology">The configuration; it names the data folder.</param>
    /// <param name="isAnew">Whether the folder begins anew, as a new cluster.</param>
    /// <param name="stop">Ends the wait for the folder's lock.</param>
    /// <exception cref="DataFolderException">The configuration or the key file does not fit the folder.</exception>
    /// <exception cref="KeyRingException">The key file can't be used.</exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static async Task<OpenedFolder> OpenAsync(ClusterTopology topology, bool isAnew = false, CancellationToken stop = default)
    {
        var folder = topology.DataFolder;
        Directory.CreateDirectory(folder);
        if (!isAnew && FolderFinding.Look(topology) is { IsAtHome: true } home)
        {
            home.ThrowIfUnfit(isAnew);
            var same = KeysOf(topology, home.Known);
            if (same.Fingerprints.SequenceEqual(home.Known!.Keys))
                return Opened(folder, home.Known, same, null);
        }

        using var held = await TakeAsync(folder, stop).ConfigureAwait(false);
        var found = isAnew ? FolderFinding.Nothing(topology) : FolderFinding.Look(topology);
        found.ThrowIfUnfit(isAnew);
        var keys = KeysOf(topology, found.KeepsKeys ? found.Known : null);
        var identity = found.Next(keys.Fingerprints);
        // A copy has the original's token. An order to the original must not count at the copy.
        if (found.IsElsewhere && File.Exists(OrderToken.PathOf(folder)))
            OrderToken.Renew(folder);
        IdentityFile.Write(folder, identity);
        return Opened(folder, identity, keys, found.Notice);
    }

    /// <summary>Records in a folder's identity that its keys were changed on purpose. Does nothing if it has no identity yet.</summary>
    /// <exception cref="DataFolderException">The identity is damaged.</exception>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static async Task NoteKeysAsync(string folder, KeyRing keys, CancellationToken stop = default)
    {
        if (!File.Exists(IdentityFile.PathOf(folder)))
            return;
        using var held = await TakeAsync(folder, stop).ConfigureAwait(false);
        if (IdentityFile.Read(folder) is { } known && !known.Keys.SequenceEqual(keys.Fingerprints))
            IdentityFile.Write(folder, known with { Keys = [.. keys.Fingerprints] });
    }

    private static OpenedFolder Opened(string folder, FolderIdentity identity, KeyRing keys, string? notice) =>
        new(identity.Instance, keys.For(identity.Instance.ToBytes()), OrderToken.LoadOrCreate(folder), notice);

    private static KeyRing KeysOf(ClusterTopology topology, FolderIdentity? known)
    {
        var (file, folder) = (topology.KeyFile, topology.DataFolder);
        if (known is null or { Keys.IsEmpty: true })
        {
            if (topology.Hosts.Count < 2 || File.Exists(file))
                return KeyFile.LoadOrCreate(file);
            throw new DataFolderException($"{file}, the key file of the cluster {topology.Cluster}, is missing. "
                + "All hosts need the same one: make it on one of them with dams key new --config FILE, "
                + "and copy it to the others, with mode 600.");
        }

        if (!File.Exists(file))
            throw new DataFolderException(
                $"{file}, the key file of {folder}, is missing: put it back, or make a new key with dams key new.");
        var keys = KeyFile.Load(file);
        return keys.Fingerprints.Intersect(known.Keys).Any()
            ? keys
            : throw new DataFolderException($"{file} has none of the keys that {folder} was last used with: put the right key file back. "
                + "If you changed the keys on purpose, and not with dams key, "
                + $"delete the line \"keys\" from {IdentityFile.PathOf(folder)}.");
    }

    private static async Task<FileStream> TakeAsync(string folder, CancellationToken stop)
    {
        var path = Path.Combine(folder, "identity.lock");
        var patience = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(patience) < s_lockPatience)
        {
            if (FolderLock.TryTake(path) is { } held)
                return held;
            await Task.Delay(s_lockPoll, stop).ConfigureAwait(false);
        }

        throw new IOException(string.Create(CultureInfo.InvariantCulture,
            $"another process has held {path} for {s_lockPatience.TotalSeconds} s: stop it, and try again"));
    }
}
