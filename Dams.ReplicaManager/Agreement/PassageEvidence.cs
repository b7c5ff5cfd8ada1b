using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The evidence that two other replicas have passed the entry before which a replica waits. A replica may misreport how far it is. So two
/// must have stored the same reply to the entry, or have the same state at a checkpoint that is not before it. Pure and single-threaded.
/// </summary>
/// <param name="entry">The entry before which the replica waits.</param>
internal sealed class PassageEvidence(long entry)
{
    private const int Witnesses = 2;

    private readonly Dictionary<byte, StoredAnswer> _replies = [];
    private readonly Dictionary<(byte Replica, long Checkpoint), Digest> _states = [];

    /// <summary>The entry before which the replica waits.</summary>
    public long Entry => entry;

    /// <summary>Whether two others have passed it.</summary>
    public bool IsPassed => _replies.Values.CountBy(reply => reply).Any(equal => equal.Value >= Witnesses)
        || _states.CountBy(state => (state.Key.Checkpoint, state.Value)).Any(equal => equal.Value >= Witnesses);

    /// <summary>Takes the reply that another replica has stored under a number; null if it has none.</summary>
    public void OnReply(byte replica, long sequence, StoredAnswer? answer)
    {
        if (sequence == entry && answer is { } stored)
            _replies[replica] = stored;
    }

    /// <summary>Takes another replica's state digest at a checkpoint; null if it has none.</summary>
    public void OnDigest(byte replica, long checkpoint, Digest? digest)
    {
        if (checkpoint >= entry && digest is { } state)
            _states[(replica, checkpoint)] = state;
    }
}
