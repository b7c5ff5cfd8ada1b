using Dams.Ordering;

namespace Dams.Lab;

/// <summary>The right replies and the right state of a replica, of which its lies are made. For the replica's loop only.</summary>
public interface IReplicaTruth
{
    /// <summary>The right reply to a request that was executed as a certain entry; null if it is gone.</summary>
    TrueReply? FindReply(RequestKey key, SequenceNumber seq);

    /// <summary>Copies the present state.</summary>
    IStaleState CopyState();
}
