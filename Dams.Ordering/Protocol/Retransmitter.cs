using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Sends entries again from the sequencer's history. It decides which negative acknowledgements to answer: a repeat
/// that comes at once is ignored, because its answer is on its way (retransmit linger).
/// </summary>
internal sealed class Retransmitter(GroupOptions options, Outbox outbox, HistoryBuffer history)
{
    private readonly Dictionary<byte, (Nak Nak, Instant At)> _last = [];

    /// <summary>Forgets the negative acknowledgements of another epoch.</summary>
    public void Clear() => _last.Clear();

    public void OnNak(NodeId from, Nak nak, Epoch epoch, Instant now)
    {
        if (_last.TryGetValue(from.Number, out var last) && last.Nak == nak && now - last.At < options.RetransmitLinger)
            return;
        _last[from.Number] = (nak, now);
        var sent = 0;
        for (var i = 0; i < 64 && sent < options.RetransmitEntriesMax; i++)
        {
            if ((nak.Bitmap & (1UL << i)) == 0 || history.Find(nak.From + i) is not { } entry)
                continue;
            outbox.Send(from, epoch, new Retrans(entry));
            sent++;
        }
    }

    /// <summary>A member fetches the tail. The history begins where the candidate began to fetch; members have older entries.</summary>
    public void OnFetch(NodeId from, Fetch fetch, Epoch epoch, SequenceNumber commit)
    {
        for (var i = 0; i < options.FetchEntriesMax && fetch.From + i <= fetch.To; i++)
        {
            if (history.Find(fetch.From + i) is not { } entry)
                return;
            outbox.Send(from, epoch, new Fetched(commit, history.From, entry));
        }
    }
}
