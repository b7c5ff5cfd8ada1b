namespace Dams.ReplicaManager.Agreement;

/// <summary>A replica's statement about itself.</summary>
/// <param name="Incarnation">The identity of its data folder.</param>
/// <param name="HasHalted">Whether it has halted for good.</param>
/// <param name="Executed">The last number that it has executed.</param>
/// <param name="BlockedBy">The lost incarnation that still has its seat; null if none has.</param>
/// <param name="WaitingBefore">The entry that has killed it twice, before which it waits; null if none has.</param>
/// <param name="Checkpoint">The number of its newest checkpoint; 0 if it has none.</param>
/// <param name="IsOutdated">Whether its folder is an older copy, which never counts again.</param>
/// <param name="IsShortOfRoom">Whether its disk has no room for the next segment of its log.</param>
/// <param name="Durable">The last number that it has on disk.</param>
internal sealed record ReplicaSighting(
    ulong Incarnation, bool HasHalted, long Executed, ulong? BlockedBy = null, long? WaitingBefore = null, long Checkpoint = 0,
    bool IsOutdated = false, bool IsShortOfRoom = false, long Durable = long.MaxValue)
{
    /// <summary>The last number that it has both executed and on disk. A replica whose disk hangs may go on executing.</summary>
    public long Done => Math.Min(Executed, Durable);
}
