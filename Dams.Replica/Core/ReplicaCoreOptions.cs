using Dams.Ordering.Messages;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>Bounds of a replica's memory. Immutable.</summary>
internal sealed record ReplicaCoreOptions
{
    /// <summary>How many of the newest client-made request ids are remembered.</summary>
    public int ClientSessionsMax { get; init; } = 1_000_000;

    /// <summary>
    /// How many replies, to reads and to writes, can be sent again. At least <see cref="CheckpointEntries"/>: a replica
    /// that has passed a poison entry shows it by its reply to the entry, or by a checkpoint after it.
    /// </summary>
    public int RepliesKept { get; init; } = 10_000;

    /// <summary>
    /// The longest reply, in bytes, that is sent whole; at most <see cref="ReplyMessage.ResultBytesMax"/>. A longer one
    /// is sent as its digest, and the front end fetches it.
    /// </summary>
    public int ReplyBytesMax { get; init; } = ReplyMessage.ResultBytesMax;

    /// <summary>
    /// A replica that is more than this many entries behind executes without sending replies: other replicas have
    /// answered the front end long ago.
    /// </summary>
    public int ReplyWhenBehindMax { get; init; } = 1_024;

    /// <summary>A checkpoint is taken at each entry whose number is a multiple of this.</summary>
    public int CheckpointEntries { get; init; } = 1_000;

    /// <summary>
    /// A checkpoint is also taken at the first entry that is this much later than the last checkpoint,
    /// by the time of the entries.
    /// </summary>
    public long CheckpointMilliseconds { get; init; } = 10_000;

    /// <summary>How many of the newest checkpoints can be asked for.</summary>
    public int CheckpointsKept { get; init; } = 8;

    /// <summary>
    /// A replica that has executed nothing for this long has time for a digest of its state, which can
    /// take a quarter of a second.
    /// </summary>
    public TimeSpan DigestWhenQuietFor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The bounds that decide when durable snapshots are taken.</summary>
    public SnapshotScheduleOptions Snapshots { get; init; } = new();
}
