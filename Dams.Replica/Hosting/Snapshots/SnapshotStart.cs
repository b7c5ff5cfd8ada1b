using Dams.Ordering;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>Finds the newest snapshot that a replica can start from. Before the loop runs.</summary>
internal static class SnapshotStart
{
    /// <summary>
    /// Makes the replica from the newest snapshot that is right and that the log goes on from; a snapshot that is refused is set aside, loudly.
    /// </summary>
    /// <param name="folder">The snapshots.</param>
    /// <param name="log">The log that is replayed behind them.</param>
    /// <param name="options">The core's.</param>
    /// <param name="make">Makes a replica around an empty engine, from a snapshot or from nothing. What is refused is dropped here.</param>
    /// <param name="logger">Hears which it is.</param>
    /// <returns>The replica; null if the log doesn't begin at the first entry, or is what a joiner had copied of it, and there is nothing that could stand in for what it lacks.</returns>
    public static ReplicaNode? Find(SnapshotFolder folder, IMemberLog log, ReplicaCoreOptions options, Func<SnapshotContent?, ReplicaNode> make, ILogger logger)
    {
        // Only a joiner has a snapshot before it has installed an epoch: what is in its log is copied for the sake of others, and nothing to begin from.
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
        SnapshotFolder folder, SequenceNumber seq, IMemberLog log, ReplicaCoreOptions options, Func<SnapshotContent?, ReplicaNode> make, out ReplicaNode? node)
    {
        node = null;
        // A joiner that was interrupted has its snapshot, and not yet the log up to it.
        var isJoiner = log.Record.Installed.Epoch == Epoch.None;
        if (seq < log.Base || (seq > log.Last && !isJoiner))
            return new SnapshotRefused(SnapshotProblem.NotOfThisLog, 0, $"the log goes from {log.Base} to {log.Last}");
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

    private static SnapshotRefused? Read(SnapshotFolder folder, SequenceNumber seq, ReplicaCoreOptions options, out SnapshotContent? content)
    {
        try
        {
            using var file = folder.OpenRead(seq) ?? throw new FileNotFoundException($"snapshot {seq} is gone");
            return SnapshotReader.Read(file, new SnapshotExpectation { ClientSessionsMax = options.ClientSessionsMax, Seq = seq }, out content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            content = null;
            return new SnapshotRefused(SnapshotProblem.Unreadable, 0, exception.Message);
        }
    }
}
