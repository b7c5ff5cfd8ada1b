using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Fetches the tail of the chosen log into the sequencer's history, entry by entry. It decides which entry is taken, and
/// when the tail is complete. If the entries do not fit each other or the choice, it begins again.
/// </summary>
internal sealed class TailFetch
{
    private readonly GroupOptions _options;
    private readonly Outbox _outbox;
    private readonly Epoch _epoch;
    private readonly HistoryBuffer _history;
    private readonly HoldBackBuffer _early;
    private SequenceNumber _from;
    private Chain? _chain;

    /// <summary>Empties the history. The tail is complete at once if there is nothing to fetch.</summary>
    public TailFetch(GroupOptions options, Outbox outbox, Epoch epoch, LogChoice choice, HistoryBuffer history)
    {
        _options = options;
        _outbox = outbox;
        _epoch = epoch;
        _history = history;
        _early = new HoldBackBuffer(options.FetchEntriesMax);
        Choice = choice;
        _from = choice.FetchFrom;
        IsComplete = _from >= choice.Last;
        BeginAgain();
    }

    /// <summary>The log whose tail this is.</summary>
    public LogChoice Choice { get; }

    public bool IsComplete { get; private set; }

    /// <summary>Entries held beyond a gap.</summary>
    public int EarlyCount => _early.Count;

    private SequenceNumber Next => _history.From + _history.Count;

    /// <summary>Asks for the next entries.</summary>
    public void Ask()
    {
        var from = Next;
        var to = SequenceNumber.Min(Choice.Last, from + (_options.FetchEntriesMax - 1));
        _outbox.Send(_options.Member(Choice.Source), _epoch, new Fetch(from, to));
    }

    public void OnFetched(Fetched fetched)
    {
        // The source has trimmed these entries, so every member has them on disk. The history then begins later.
        if (_history.Count == 0 && fetched.FirstKept > _history.From && fetched.FirstKept <= Choice.Last)
        {
            _from = fetched.FirstKept + -1;
            BeginAgain();
        }

        if (fetched.Entry.Seq < Next || fetched.Entry.Seq > Choice.Last)
            return;
        _early.TryHold(fetched.Entry, Next + -1);
        while (!IsComplete && _early.TryTake(Next, out var entry))
            Take(entry);
    }

    private void Take(Entry entry)
    {
        if (_chain is { } chain && entry.Previous != chain)
        {
            BeginAgain();
            return;
        }

        _history.Append(entry);
        _chain = entry.Chain;
        if (entry.Seq == Choice.Last)
        {
            if (entry.Chain == Choice.Chain)
                IsComplete = true;
            else
                BeginAgain();
            return;
        }

        if (_history.Count % _options.FetchEntriesMax == 0)
            Ask();
    }

    private void BeginAgain()
    {
        _history.Reset(_from);
        _early.Clear();
        _chain = null;
    }
}
