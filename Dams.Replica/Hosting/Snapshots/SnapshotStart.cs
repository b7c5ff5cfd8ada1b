using Dams.Ordering;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>Finds the newest snapshot that a replica can start from. Runs before the loop.</summary>
internal static class SnapshotStart
{
    /// <summary>
    /// Makes the replica from the newest snapshot that is right and that the log continues from. A rejected snapshot is
    /// set aside and logged as an error.
    /// </summary>
    /// <param name="folder">The snapshots on disk.</param>
    /// <param name="log">The log, which is replayed after the snapshot.</param>
    /// <param name="make">
    /// Makes a replica around an empty engine, from a snapshot or from nothing. A replica that rejects its
    /// snapshot is dropped here.
    /// </param>
    /// <returns>
    /// The replica. Null if the log lacks its first entries, or is only a joiner's copy, and no snapshot
    /// can replace what is missing.
    /// </returns>
    public static ReplicaProtocol? Find(
        SnapshotFolder folder, IMemberLog log, ReplicaCoreOptions options, Func<SnapshotContent?, ReplicaProtocol> make, ILogger logger)
    {
        // Only a joiner has a snapshot before it has installed an epoch. It copied the entries in its log for others,
        // and can't start from them.
        var isCopy = log.Record.Installed.Epoch == Epoch.None && log.Last > SequenceNumber.Zero && folder.HadAny;
        foreach (var seq in folder.List())
        {
            var refused = TryFrom(folder, seq, log, options, make, out var node);
            if (refused is null)
            {
                SnapshotLog.Restored(logger, seq.Value, log.Last - seq);
                return node;
            }

            SnapshotLog.Refused(logger, seq.Value, refused.ToString());
            folder.SetAside(seq);
        }

        if (log.Base == SequenceNumber.Zero && !isCopy)
            return make(null);
        if (isCopy)
            SnapshotLog.CopyWithoutSnapshot(logger, log.Base.Value, log.Last.Value);
        else
            SnapshotLog.NothingToStartFrom(logger, log.Base.Value);
        return null;
    }

    private static SnapshotRefused? TryFrom(
        SnapshotFolder folder, SequenceNumber seq, IMemberLog log, ReplicaCoreOptions options,
        Func<SnapshotContent?, ReplicaProtocol> make, out ReplicaProtocol? node)
    {
        node = null;
        // A joiner that was interrupted has its snapshot, but not yet the log up to it.
        var isJoiner = log.Record.Installed.Epoch == Epoch.None;
        if (seq < log.Base || (seq > log.Last && !isJoiner))
            return new SnapshotRefused(SnapshotProblem.NotOfThisLog, 0, $"the log reaches from {log.Base} to {log.Last}");
        if (Read(folder, seq, options, out var content) is { } unreadable)
            return unreadable;
        var chain = seq == log.Base ? log.BaseChain : log.Read(seq)?.Chain ?? content!.Header.Chain;
        if (content!.Header.Chain != chain)
            return new SnapshotRefused(SnapshotProblem.NotOfThisLog, 0, $"its chain is {content.Header.Chain}, the log's is {chain}");
        node = make(content);
        if (node.Refused is not { } refused)
            return null;
        (node.Core.Engine as IDisposable)?.Dispose();
        node = null;
        return refused;
    }

    private static SnapshotRefused? Read(
        SnapshotFolder folder, SequenceNumber seq, ReplicaCoreOptions options, out SnapshotContent? content)
    {
        try
        {
            using var file = folder.OpenRead(seq) ?? throw new FileNotFoundException($"snapshot {seq} is gone");
            return SnapshotReader.Read(
                file, new SnapshotExpectation { ClientSessionsMax = options.ClientSessionsMax, Seq = seq }, out content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            content = null;
            return new SnapshotRefused(SnapshotProblem.Unreadable, 0, exception.Message);
        }
    }
}
