using Dams.Replica.Engines;
using Dams.Replica.State;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>
/// All observers that must know before the state changes: the digests, and the snapshots that are being written.
/// </summary>
internal sealed class StateObservers : IBucketObserver, ISessionObserver
{
    private readonly List<SnapshotExport> _exports = [];

    /// <summary>The digests of buckets.</summary>
    public StateDigester Buckets { get; } = new();

    /// <summary>The digests of the session table.</summary>
    public SessionDigester Sessions { get; } = new();

    /// <summary>Also tells this snapshot of changes from now on.</summary>
    public void Add(SnapshotExport export) => _exports.Add(export);

    /// <summary>Stops telling this snapshot of changes.</summary>
    public void Remove(SnapshotExport export) => _exports.Remove(export);

    /// <inheritdoc/>
    public void BeforeChange(BucketKey key)
    {
        Buckets.BeforeChange(key);
        foreach (var export in _exports)
            export.BeforeChange(key);
    }

    /// <inheritdoc/>
    public void BeforeChange(long section)
    {
        Sessions.BeforeChange(section);
        foreach (var export in _exports)
            export.BeforeChange(section);
    }
}
