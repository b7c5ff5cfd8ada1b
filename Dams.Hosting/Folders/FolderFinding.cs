using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Hosting.Folders;

/// <summary>The result of a look at a data folder.</summary>
internal sealed class FolderFinding
{
    private readonly ClusterTopology _topology;
    private readonly FolderPlace _here;
    private readonly FolderShape _shape;
    private readonly string? _origin;
    private readonly bool _isOriginalThere;
    private readonly DataFolderException? _damage;

    private FolderFinding(ClusterTopology topology, FolderPlace here, FolderIdentity? known, FolderShape shape, string? origin,
        bool isOriginalThere, DataFolderException? damage = null)
    {
        (_topology, _here, Known, _shape) = (topology, here, known, shape);
        (_origin, _isOriginalThere, _damage) = (origin, isOriginalThere, damage);
    }

    /// <summary>The identity that the folder has; null if it has none, or a damaged one.</summary>
    public FolderIdentity? Known { get; }

    /// <summary>
    /// Whether the folder is exactly where its identity says: path, device, inode and boot id are equal. It then also is the cluster of
    /// the configuration.
    /// </summary>
    public bool IsAtHome => _damage is null && Known is { } known && known.Place == _here && InstanceFrom(known) == known.Instance;

    /// <summary>Whether the folder was copied, or moved in a way that can't be told from a copy.</summary>
    public bool IsElsewhere => _origin is not null;

    private bool IsOfHosts => !_topology.Hosts.IsEmpty;

    /// <summary>Whether the folder has the keys that it had before, and a change of them is a mistake.</summary>
    public bool KeepsKeys => Known is not null && (!IsElsewhere || IsOfHosts);

    /// <summary>A notice to the operator, in one line; null if there is none.</summary>
    public string? Notice => _origin switch
    {
        not null when IsOfHosts => $"{_here.Path} was copied or moved from {_origin}. "
            + $"It is still a part of the cluster {_topology.Cluster}, because the configuration has hosts: "
            + "don't run the original any more.",
        null when Known is { } known && known.Place.Path != _here.Path => $"{_here.Path} was moved here from {known.Place.Path}.",
        null => null,
        _ when _origin == _here.Path =>
            $"{_origin} is no longer the original folder, but a copy of it. From now on it is a cluster of its own.",
        _ when _isOriginalThere => $"{_here.Path} is a copy of {_origin}. From now on it is a cluster of its own.",
        _ => $"{_here.Path} was copied or moved from {_origin}. From now on it is a cluster of its own.",
    };

    public static FolderFinding Nothing(ClusterTopology topology) =>
        new(topology, FolderPlace.Of(topology.DataFolder), null, FolderShape.Of(topology), null, false);

    public static FolderFinding Look(ClusterTopology topology)
    {
        var folder = topology.DataFolder;
        var here = FolderPlace.Of(folder);
        FolderIdentity? known;
        try
        {
            known = IdentityFile.Read(folder);
        }
        catch (DataFolderException damage)
        {
            return new FolderFinding(topology, here, null, FolderShape.Of(topology), null, false, damage);
        }

        if (known is null)
            return LookWithoutIdentity(topology, here);
        var isSame = known.Place.IsSameAs(here);
        return new FolderFinding(topology, here, known, known.Shape, isSame ? null : known.Place.Path,
            !isSame && IsOriginalThere(known, here));
    }

    /// <param name="isAnew">Whether the folder is to begin anew. Then it does not matter what the folder was made for.</param>
    /// <exception cref="DataFolderException">The configuration does not fit the folder.</exception>
    public void ThrowIfUnfit(bool isAnew)
    {
        if (_damage is not null && (!isAnew || _topology.KeptElsewhere().Any()))
            throw _damage;
        // The original still uses these folders.
        if (_isOriginalThere && _topology.KeptElsewhere().ToList() is { Count: > 0 } shared)
        {
            throw new DataFolderException(
            [
                .. shared.Select(kept =>
                    $"{kept.Path}, the folder of {kept.Owner}, belongs to {_origin}: "
                    + $"{_here.Path} is a copy of that, but the copy does not contain this folder"),
                $"Give the copy folders of its own: copy these folders, too, and name the copies in {ClusterTopology.FileName}.",
            ]);
        }

        var instance = InstanceFrom(Known) ?? default;
        if (FolderOwner.ProblemsOf(_topology, instance).ToList() is { Count: > 0 } others)
            throw new DataFolderException([.. others]);
        if (!isAnew && _shape.ProblemsOf(_topology).Select(problem => problem.ToString()).ToList() is { Count: > 0 } problems)
            throw new DataFolderException([.. problems,
                "Change the configuration to fit the folder, choose another folder, "
                + "or begin anew with dams up --fresh, which moves the old data aside."]);
    }

    /// <summary>The identity that the folder has from now on.</summary>
    public FolderIdentity Next(IEnumerable<string> keys) =>
        new(InstanceFrom(Known) ?? ClusterInstance.New(), _here, _shape, [.. keys]);

    // A folder that was a host's becomes a cluster of its own when its configuration has no hosts any more.
    private ClusterInstance? InstanceFrom(FolderIdentity? known) => IsOfHosts ? ClusterInstance.OfHosts(_topology.Cluster)
        : known is null || IsElsewhere || known.Instance == ClusterInstance.OfHosts(_topology.Cluster) ? null
        : known.Instance;

    // A folder from before identities existed. It contains the configuration that was last in force, with absolute paths.
    private static FolderFinding LookWithoutIdentity(ClusterTopology topology, FolderPlace here)
    {
        var folder = topology.DataFolder;
        var file = Path.Combine(folder, ClusterTopology.FileName);
        var last = DataFolderFiles.IsDataFolder(folder) && File.Exists(file) ? TopologyReader.ReadFile(file) : null;
        var shape = FolderShape.Of(last?.Topology is { } former && former.DataFolder == folder ? former : topology);
        var ids = shape.Replicas.Union(HeldReplicas(folder)).Select(id => NodeId.TryParse(id, out var parsed) ? parsed : default).Order();
        return new FolderFinding(topology, here, null, shape with { Replicas = [.. ids.Select(id => id.ToString())] }, last?.WrittenFor,
            last?.WrittenFor is { } origin && DataFolderFiles.IsDataFolder(origin));
    }

    private static IEnumerable<string> HeldReplicas(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path))
            .Where(name => NodeId.TryParse(name, out var id) && id.Role == NodeRole.Replica
                && PidFile.WasHeld(Path.Combine(folder, name), name)),
    ];

    private static bool IsOriginalThere(FolderIdentity known, FolderPlace here)
    {
        var path = known.Place.Path;
        if (path == here.Path)
            return false;
        try
        {
            return IdentityFile.Read(path)?.Instance == known.Instance && !FolderPlace.Of(path).IsSameAs(here);
        }
        catch (Exception unreadable) when (unreadable is DataFolderException or IOException or UnauthorizedAccessException)
        {
            // Something is there, but it can't be read. To be safe, it counts as the original.
            return true;
        }
    }
}
