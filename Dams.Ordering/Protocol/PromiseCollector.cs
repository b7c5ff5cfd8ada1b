using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The promises that members have given to a candidate's claim. It decides when they are enough, and which log the
/// epoch continues.
/// </summary>
internal sealed class PromiseCollector(GroupOptions options)
{
    private readonly Dictionary<byte, Promise> _promises = [];

    public bool Has(byte member) => _promises.ContainsKey(member);

    public void Add(byte member, Promise promise) => _promises[member] = promise;

    /// <summary>
    /// Chooses the log with the highest (installed epoch, length), in that order and never by length alone. Q voters of
    /// that log's own view must have promised. If no member has installed anything, this is the first epoch, and every
    /// configured member must have promised.
    /// </summary>
    /// <returns>The choice; null while the promises are not enough.</returns>
    public LogChoice? Choose()
    {
        if (Best() is not { } source)
            return null;
        var best = _promises[source];
        if (ViewOf(best) is not { } view)
            return null;
        var lowest = best.Last;
        var commit = SequenceNumber.Zero;
        var time = 0L;
        foreach (var (id, promise) in _promises)
        {
            // The log of an incarnation outside the view, such as a new folder, doesn't show what the members lack.
            if (view.TryGet(id, out var member) && member.Incarnation == promise.Incarnation)
                lowest = SequenceNumber.Min(lowest, promise.Last);
            commit = SequenceNumber.Max(commit, promise.CommitSeq);
            time = Math.Max(time, promise.Time);
        }

        // The fetch begins at the end of the shortest log, so that no part of the order is known to one member alone.
        // It takes no more than the history holds.
        var bound = best.Last + -(options.HistoryEntriesMax / 2);
        var from = SequenceNumber.Max(SequenceNumber.Max(bound, SequenceNumber.Min(lowest, commit)), SequenceNumber.Zero);
        return new LogChoice(source, best.Last, best.Chain, view, SequenceNumber.Min(commit, best.Last), time, from);
    }

    /// <summary>The member with the best log. Among equal logs, the one of the lowest seat.</summary>
    private byte? Best()
    {
        byte? source = null;
        Promise? best = null;
        foreach (var id in options.Members)
        {
            if (!_promises.TryGetValue(id, out var promise))
                continue;
            var isBetter = best is null || promise.Installed > best.Installed
                || (promise.Installed == best.Installed && promise.Last > best.Last);
            if (isBetter)
                (best, source) = (promise, id);
        }

        return source;
    }

    /// <summary>The view that the epoch begins with; null if too few of its members have promised.</summary>
    private View? ViewOf(Promise best)
    {
        if (best.Installed == Epoch.None)
        {
            return _promises.Count < options.Members.Count
                ? null
                : new View(SequenceNumber.Zero, options.Members.Select(id =>
                    new ViewMember(id, _promises[id].Incarnation, SequenceNumber.Zero, SequenceNumber.Zero)));
        }

        var counted = best.View.Members.Count(member =>
            member.Votes && _promises.TryGetValue(member.Id, out var given) && given.Incarnation == member.Incarnation);
        return counted < best.View.EpochQuorum ? null : best.View;
    }
}
