using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>Keeps the replies to the newest operations, to reads and to writes, and drops the oldest ones.</summary>
/// <param name="repliesMax">How many replies are kept.</param>
internal sealed class KeptReplies(int repliesMax)
{
    private readonly Dictionary<SequenceNumber, StoredReply> _replies = [];
    private readonly Queue<SequenceNumber> _order = [];

    /// <summary>How many replies are kept now.</summary>
    public int Count => _replies.Count;

    /// <summary>Keeps the reply to an entry. If the entry repeats a request, the reply has the number of the first execution.</summary>
    public void Add(SequenceNumber seq, StoredReply reply)
    {
        _replies[seq] = reply;
        _order.Enqueue(seq);
        if (_order.Count > repliesMax)
            _replies.Remove(_order.Dequeue());
    }

    /// <summary>The reply to an entry; null if it is not kept.</summary>
    public StoredReply? Find(SequenceNumber seq) => _replies.GetValueOrDefault(seq);
}
