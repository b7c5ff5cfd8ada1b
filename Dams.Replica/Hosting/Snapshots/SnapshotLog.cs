using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>Log of a replica's snapshots. Event ids 3020–3039.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(3020, LogLevel.Information, "started from the snapshot at {Seq}; {Entries} entries of the log follow it")]
    public static partial void Restored(ILogger logger, long seq, long entries);

    [LoggerMessage(3021, LogLevel.Error, "the snapshot at {Seq} is refused and set aside: {Refusal}")]
    public static partial void Refused(ILogger logger, long seq, string refusal);

    [LoggerMessage(3022, LogLevel.Critical, "the log begins behind entry {Base}, and no snapshot stands in for what it lacks. Move the whole data folder away and start with an empty one: the replica comes back as a new incarnation and takes the state from the others.")]
    public static partial void NothingToStartFrom(ILogger logger, long @base);

    [LoggerMessage(3031, LogLevel.Error, "the snapshot at {Seq} can't be put into the own folder: {Problem}. This replica can't join until it can; it is tried again")]
    public static partial void OwnDiskRefused(ILogger logger, long seq, string problem);

    [LoggerMessage(3030, LogLevel.Critical, "the log goes from {Base} to {Last} and was copied for a snapshot that can't be used any more: nothing can begin from it. The replica's manager has this incarnation replaced; without one, move the whole data folder away.")]
    public static partial void CopyWithoutSnapshot(ILogger logger, long @base, long last);

    [LoggerMessage(3023, LogLevel.Information, "snapshot at {Seq} written: {Bytes} bytes in {Milliseconds} ms, state digest {Digest}")]
    public static partial void Written(ILogger logger, long seq, long bytes, long milliseconds, string digest);

    [LoggerMessage(3024, LogLevel.Error,
        "the snapshot at {Seq} can't be written ({Problem}): the log is not trimmed until the next one can, which is tried when it is due")]
    public static partial void NotWritten(ILogger logger, long seq, string problem);

    [LoggerMessage(3026, LogLevel.Information, "restored the snapshot at {Seq}, given by replica {Donor} and vouched for by another")]
    public static partial void Fetched(ILogger logger, long seq, int donor);

    [LoggerMessage(3027, LogLevel.Warning, "no usable snapshot at {Seq} from {Donors} replicas that agree on its digest; the JOIN is asked for again")]
    public static partial void NotFetched(ILogger logger, long seq, int donors);

    [LoggerMessage(3028, LogLevel.Debug, "replica {Replica} does not help with the snapshot at {Seq}: {Problem}")]
    public static partial void DonorSilent(ILogger logger, int replica, long seq, string problem);

    [LoggerMessage(3029, LogLevel.Error, "the snapshot at {Seq} that replica {Donor} gave is refused and set aside: {Refusal}")]
    public static partial void DonationRefused(ILogger logger, long seq, int donor, string refusal);

    [LoggerMessage(3025, LogLevel.Information, "log trimmed up to {Seq}: all members have it, and the snapshot at {Snapshot} stands in its place")]
    public static partial void Trimmed(ILogger logger, long seq, long snapshot);
}
