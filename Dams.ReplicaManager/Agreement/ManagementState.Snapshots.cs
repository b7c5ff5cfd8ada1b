using System.Globalization;
using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <content>Turns the state into a snapshot, and back.</content>
internal sealed partial class ManagementState
{
    /// <summary>Takes a snapshot of the state just after an entry.</summary>
    public ManagementSnapshot ToSnapshot(Entry entry) => new(
        entry.Seq.Value, entry.Chain.Value.ToString("x32", CultureInfo.InvariantCulture), entry.Epoch.Value, entry.Time,
        Number, Time, _lastEvent, _shortageToldFor, Active, [.. _queue], [.. _cases], [.. _events],
        [.. _slots.Select(pair => new SlotSnapshot(
            pair.Key, pair.Value.Replacements, pair.Value.VersionTurns, [.. pair.Value.ReplacedAt], [.. pair.Value.RestartedAt],
            pair.Value.LastRestart, pair.Value.HeldSince, [.. pair.Value.Replaced], pair.Value.Overdue, pair.Value.LeftAlone))]);

    /// <summary>Replaces the whole state by that of a snapshot.</summary>
    public void Restore(ManagementSnapshot snapshot)
    {
        (Number, Time, _lastEvent, _shortageToldFor, Active) =
            (snapshot.Number, snapshot.Time, snapshot.LastEvent, snapshot.ShortageToldFor, snapshot.Active);
        Refill(_queue, snapshot.Queue);
        Refill(_cases, snapshot.Cases);
        _events.Clear();
        foreach (var happening in snapshot.Events)
            _events.Enqueue(happening);
        foreach (var kept in snapshot.Slots)
        {
            var slot = new Slot
            {
                Replacements = kept.Replacements,
                VersionTurns = kept.VersionTurns,
                LastRestart = kept.LastRestart,
                HeldSince = kept.HeldSince,
                Overdue = kept.Overdue,
                LeftAlone = kept.LeftAlone,
            };
            slot.ReplacedAt.AddRange(kept.ReplacedAt);
            slot.RestartedAt.AddRange(kept.RestartedAt);
            foreach (var incarnation in kept.Replaced)
                slot.Replaced.Enqueue(incarnation);
            _slots[kept.Replica] = slot;
        }
    }

    private static void Refill<T>(List<T> list, IReadOnlyList<T> content)
    {
        list.Clear();
        list.AddRange(content);
    }
}
