using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>What a replica says of itself.</summary>
/// <param name="Incarnation">Its data folder.</param>
/// <param name="HasHalted">Whether it has halted for good.</param>
/// <param name="Executed">Last number executed.</param>
/// <param name="BlockedBy">The lost incarnation that has its place; null if none has.</param>
/// <param name="WaitingBefore">The entry that has killed it twice; null if none has.</param>
/// <param name="Checkpoint">The number of its newest checkpoint; 0 if it has none.</param>
/// <param name="IsOutdated">Whether its folder is an older copy, which never counts again.</param>
internal sealed record ReplicaSighting(
    ulong Incarnation, bool HasHalted, long Executed, ulong? BlockedBy = null, long? WaitingBefore = null, long Checkpoint = 0, bool IsOutdated = false,
    bool IsShortOfRoom = false);

/// <summary>A reply that a replica has stored.</summary>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Result">Of the body that it gives, not what it says of it.</param>
internal readonly record struct StoredAnswer(long Seq, Digest Request, Digest Result);

/// <summary>
/// The outside of a manager: it asks replicas, and acts on its own. Asking returns at once; the answer comes back in the loop by <see cref="ManagerProtocol"/>'s
/// <c>On…</c>, null if there was none in time, once for each question.
/// </summary>
internal interface IReplicaWatch
{
    /// <summary>Asks a replica how it does.</summary>
    void AskStatus(byte replica);

    /// <summary>Asks a replica for the reply it has stored under a number.</summary>
    void AskReply(byte replica, long sequence);

    /// <summary>Asks a replica for its state digest at a checkpoint.</summary>
    void AskDigest(byte replica, long checkpoint);

    /// <summary>The own replica's incarnation has left: its process ends, its folder is set aside, the next incarnation begins with the version whose turn it is.</summary>
    void Replace(Decision decision);

    /// <summary>The own replica's process can't be started: its folder is set aside, unless it is that of the incarnation that has the place in the view; that one only leaves by decision.</summary>
    /// <param name="present">Who has the place; 0 if nobody has.</param>
    void SetAsideUnless(ulong present);

    /// <summary>Asks the other managers for the agreed state at a JOIN of this manager's own.</summary>
    void AskSnapshot(long sequence);

    /// <summary>Brings a snapshot of the agreed state to disk; answered by <see cref="ManagerProtocol.OnSnapshotSaved"/>.</summary>
    void SaveSnapshot(ManagementSnapshot snapshot);
}
