using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>
/// Tells how far back in time the session table remembers the requests of clients. The table is replicated state, which
/// holds numbers and no times. This object keeps times beside it, for status queries. It keeps one time for each
/// thousandth of the table, so the window that it gives may be too short by that much.
/// </summary>
/// <param name="clientRowsMax">How many rows of client-made ids the table keeps.</param>
internal sealed class SessionWindow(int clientRowsMax)
{
    private const int Marks = 1_000;

    private readonly int _rowsPerMark = Math.Max(1, clientRowsMax / Marks);
    private readonly Queue<(SequenceNumber Seq, long Time)> _marks = [];
    private SequenceNumber? _first;
    private long _rows;

    /// <summary>Notes that an entry has added a row for a client-made id.</summary>
    /// <param name="entry">The entry that added the row.</param>
    /// <param name="oldest">The number of the oldest such row that the table still keeps.</param>
    public void OnAdded(Entry entry, SequenceNumber oldest)
    {
        _first ??= entry.Seq;
        if (_rows++ % _rowsPerMark == 0)
            _marks.Enqueue((entry.Seq, entry.Time));
        while (_marks.TryPeek(out var mark) && mark.Seq < oldest)
            _marks.Dequeue();
    }

    /// <summary>
    /// How long before <paramref name="time"/> the oldest row was added; null if it was added
    /// before this object existed.
    /// </summary>
    /// <param name="oldest">The number of the oldest row that the table keeps.</param>
    /// <param name="time">A time by the sequencer's clock.</param>
    public TimeSpan? Reach(SequenceNumber oldest, long time) =>
        _first <= oldest && _marks.TryPeek(out var mark) ? TimeSpan.FromMilliseconds(time - mark.Time) : null;
}
