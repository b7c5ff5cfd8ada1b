namespace Dams.ReplicaManager.Agreement;

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
    /// <param name="decision">The decision that orders the incarnation out.</param>
    /// <param name="versionTurns">How far the seat's list of versions has been turned.</param>
    void Replace(Decision decision, int versionTurns);

    /// <summary>
    /// Sets aside the folder of the manager's own replica, because its process can't be started. The folder stays if it belongs to the
    /// incarnation that has the seat in the view: that incarnation leaves only by a decision.
    /// </summary>
    /// <param name="present">The incarnation that has the seat in the view; 0 if none has.</param>
    void SetAsideUnless(ulong present);

    /// <summary>
    /// Sets aside the folder of the manager's own replica if it belongs to an incarnation that was replaced earlier. Its process ends, and
    /// a new incarnation begins.
    /// </summary>
    /// <param name="replaced">The incarnation that was replaced.</param>
    void SetAsideReplaced(ulong replaced);

    /// <summary>Asks all other managers for the agreed state at this manager's own JOIN.</summary>
    void AskSnapshot(long sequence);

    /// <summary>Writes a snapshot of the agreed state to disk, and then calls <see cref="ManagerProtocol.OnSnapshotSaved"/>.</summary>
    void SaveSnapshot(AgreedSnapshot snapshot);
}
