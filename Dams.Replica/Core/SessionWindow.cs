using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>
/// When the requests were executed that the session table remembers for clients. The table is replicated state, which knows numbers and no times; this stands
/// beside it, for those who look on. It keeps the time of every thousandth part of the table, and errs by so much, towards a window that is shorter.
/// </summary>
/// <param name="clientRowsMax">The bound of the table.</param>
internal sealed class SessionWindow(int clientRowsMax)
{
    private const int Marks = 1_000;

    private readonly int _rowsPerMark = Math.Max(1, clientRowsMax / Marks);
    private readonly Queue<(SequenceNumber Seq, long Time)> _marks = [];
    private SequenceNumber? _first;
    private long _rows;

    /// <summary>An entry has added a row for a client's id.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="oldest">The number of the oldest such row that is kept after that.</param>
    public void OnAdded(Entry entry, SequenceNumber oldest)
    {
        _first ??= entry.Seq;
        if (_rows++ % _rowsPerMark == 0)
            _marks.Enqueue((entry.Seq, entry.Time));
        while (_marks.TryPeek(out var mark) && mark.Seq < oldest)
            _marks.Dequeue();
    }

    /// <summary>How long before a time the oldest row was made; null if it was made before this object.</summary>
    /// <param name="oldest">The number of the oldest row that is kept.</param>
    /// <param name="time">By the sequencer's clock.</param>
    public TimeSpan? Reach(SequenceNumber oldest, long time) =>
        _first <= oldest && _marks.TryPeek(out var mark) ? TimeSpan.FromMilliseconds(time - mark.Time) : null;
}
