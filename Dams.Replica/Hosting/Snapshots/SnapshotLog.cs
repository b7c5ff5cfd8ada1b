using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>Log of a replica's snapshots. Event ids 3020–3039.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(3020, LogLevel.Information, "started from the snapshot at {Seq}; {Entries} entries of the log follow it")]
    public static partial void Restored(ILogger logger, long seq, long entries);

    [LoggerMessage(3021, LogLevel.Error, "the snapshot at {Seq} is rejected and set aside: {Refusal}")]
    public static partial void Refused(ILogger logger, long seq, string refusal);

    [LoggerMessage(3022, LogLevel.Critical,
        "the log begins after entry {Base}, and no snapshot replaces what it lacks. Move the whole data folder away and start with an "
        + "empty one. The replica then comes back as a new incarnation and takes the state from the others.")]
    public static partial void NothingToStartFrom(ILogger logger, long @base);

    [LoggerMessage(3031, LogLevel.Error,
        "the snapshot at {Seq} can't be written to this replica's folder: {Problem}. "
        + "The replica tries again; it can't join until this works")]
    public static partial void OwnDiskRefused(ILogger logger, long seq, string problem);

    [LoggerMessage(3030, LogLevel.Critical,
        "the log reaches from {Base} to {Last}. It was copied to go with a snapshot that can't be used any more, "
        + "so the replica can't start. Its manager has this incarnation replaced. Without a manager, move the whole data folder away.")]
    public static partial void CopyWithoutSnapshot(ILogger logger, long @base, long last);

    [LoggerMessage(3023, LogLevel.Information, "snapshot at {Seq} written: {Bytes} bytes in {Milliseconds} ms, state digest {Digest}")]
    public static partial void Written(ILogger logger, long seq, long bytes, long milliseconds, string digest);

    [LoggerMessage(3024, LogLevel.Error,
        "the snapshot at {Seq} can't be written ({Problem}). The next one is tried when it is due. "
        + "Until one is written, the log is not trimmed")]
    public static partial void NotWritten(ILogger logger, long seq, string problem);

    [LoggerMessage(3026, LogLevel.Information, "restored the snapshot at {Seq}, given by replica {Donor} and vouched for by another")]
    public static partial void Fetched(ILogger logger, long seq, int donor);

    [LoggerMessage(3027, LogLevel.Warning,
        "no usable snapshot at {Seq} from {Donors} replicas that agree on its digest; this replica asks for another JOIN")]
    public static partial void NotFetched(ILogger logger, long seq, int donors);

    [LoggerMessage(3028, LogLevel.Debug, "replica {Replica} does not help with the snapshot at {Seq}: {Problem}")]
    public static partial void DonorSilent(ILogger logger, int replica, long seq, string problem);

    [LoggerMessage(3029, LogLevel.Error, "the snapshot at {Seq} that replica {Donor} gave is rejected and set aside: {Refusal}")]
    public static partial void DonationRefused(ILogger logger, long seq, int donor, string refusal);

    [LoggerMessage(3025, LogLevel.Information,
        "log trimmed up to {Seq}: all members have these entries, and the snapshot at {Snapshot} replaces them")]
    public static partial void Trimmed(ILogger logger, long seq, long snapshot);
}
