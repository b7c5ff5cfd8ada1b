using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>The place of an incarnation in a view of the replicas.</summary>
internal static class ReplicaViews
{
    /// <summary>Whether the incarnation has its seat.</summary>
    public static bool Has(this View view, byte replica, ulong incarnation) =>
        view.TryGet(replica, out var member) && member.Incarnation.Value == incarnation;

    /// <summary>
    /// Whether the incarnation has left. Only a view later than one that had it shows that, because an older one may never have heard of
    /// it.
    /// </summary>
    /// <param name="view">The view.</param>
    /// <param name="replica">The seat.</param>
    /// <param name="incarnation">The incarnation that had the seat.</param>
    /// <param name="seenIn">The number of a view that had the incarnation.</param>
    public static bool HasLost(this View view, byte replica, ulong incarnation, long seenIn) =>
        view.Number.Value > seenIn && !view.Has(replica, incarnation);

    /// <summary>The incarnation that has a seat; 0 if none has.</summary>
    public static ulong IncarnationOf(this View view, byte replica) =>
        view.TryGet(replica, out var present) ? present.Incarnation.Value : 0;
}
