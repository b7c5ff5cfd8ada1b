using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Gives others the entries of a member's log that they ask for. Only an entry on disk is given, to any process. The
/// asker decides what to believe.
/// </summary>
internal sealed class EntryServer(GroupOptions options, BatchedLog log, Outbox outbox)
{
    /// <summary>A member has a gap and asks for some of the next 64 entries.</summary>
    public void OnNak(NodeId from, Nak nak, Epoch followed)
    {
        if (from.Role != options.MemberRole)
            return;
        var sent = 0;
        for (var i = 0; i < 64 && sent < options.RetransmitEntriesMax; i++)
        {
            if ((nak.Bitmap & (1UL << i)) != 0 && TrySend(from, nak.From + i, followed))
                sent++;
        }
    }

    /// <summary>A process asks for a part of the log.</summary>
    public void OnFetch(NodeId from, Fetch fetch, Epoch followed)
    {
        // Nobody needs trimmed entries any more. The answer says where this log begins, even if that is above all that
        // was asked for.
        var first = SequenceNumber.Max(fetch.From, log.Base.Next);
        var last = SequenceNumber.Max(fetch.To, first);
        for (var i = 0; i < options.FetchEntriesMax && first + i <= last; i++)
        {
            if (!TrySend(from, first + i, followed))
                return;
        }
    }

    private bool TrySend(NodeId to, SequenceNumber seq, Epoch followed)
    {
        if (seq > log.Durable || log.EntryAt(seq) is not { } entry)
            return false;
        outbox.Send(to, followed, new Fetched(log.CommittedHere, log.Base.Next, entry));
        return true;
    }
}
