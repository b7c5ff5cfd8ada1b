using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>A replica's statement about itself.</summary>
/// <param name="Incarnation">The identity of its data folder.</param>
/// <param name="HasHalted">Whether it has halted for good.</param>
/// <param name="Executed">The last number that it has executed.</param>
/// <param name="BlockedBy">The lost incarnation that still has its seat; null if none has.</param>
/// <param name="WaitingBefore">The entry that has killed it twice, before which it waits; null if none has.</param>
/// <param name="Checkpoint">The number of its newest checkpoint; 0 if it has none.</param>
/// <param name="IsOutdated">Whether its folder is an older copy, which never counts again.</param>
internal sealed record ReplicaSighting(
    ulong Incarnation, bool HasHalted, long Executed, ulong? BlockedBy = null, long? WaitingBefore = null, long Checkpoint = 0,
    bool IsOutdated = false, bool IsShortOfRoom = false);

/// <summary>A reply that a replica has stored.</summary>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="Request">The digest of the request.</param>
/// <param name="Result">The digest of the body that the replica gives, not the digest that it names for that body.</param>
internal readonly record struct StoredAnswer(long Seq, Digest Request, Digest Result);

/// <summary>
/// A manager's access to the outside: it asks all replicas, and acts on its own one. Asking returns at once. Each question gets one answer,
/// which comes back in the loop through the <c>On…</c> methods of <see cref="ManagerProtocol"/>. It is null if none came in time.
/// </summary>
internal interface IReplicaAccess
{
    /// <summary>Asks a replica for its status.</summary>
    void AskStatus(byte replica);

    /// <summary>Asks a replica for the reply it has stored under a number.</summary>
    void AskReply(byte replica, long sequence);

    /// <summary>Asks a replica for its state digest at a checkpoint.</summary>
    void AskDigest(byte replica, long checkpoint);

    /// <summary>
    /// Replaces the incarnation of the manager's own replica, which has left. Its process ends, its folder is set aside, and the next
    /// incarnation begins with the version whose turn it is.
    /// </summary>
    void Replace(Decision decision);

    /// <summary>
    /// Sets aside the folder of the manager's own replica, because its process can't be started. The folder of the incarnation that has the
    /// seat in the view stays: that one only leaves by decision.
    /// </summary>
    /// <param name="present">The incarnation that has the seat in the view; 0 if none has.</param>
    void SetAsideUnless(ulong present);

    /// <summary>Asks the other managers for the agreed state at this manager's own JOIN.</summary>
    void AskSnapshot(long sequence);

    /// <summary>Writes a snapshot of the agreed state to disk, and then calls <see cref="ManagerProtocol.OnSnapshotSaved"/>.</summary>
    void SaveSnapshot(AgreedSnapshot snapshot);
}
