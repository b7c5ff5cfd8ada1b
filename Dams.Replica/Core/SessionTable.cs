using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>What is remembered of a write, so that its repeat has no second effect.</summary>
/// <param name="Digest">Of the request: the same key with another digest is a reuse.</param>
/// <param name="Seq">The number of the first execution.</param>
/// <param name="Reply">The canonical reply of the first execution.</param>
internal sealed record SessionRow(Digest Digest, SequenceNumber Seq, byte[] Reply);

/// <summary>
/// The session table: one row per write, part of the replicated state, so all replicas hold the same rows at the same number. Rows of client-made ids
/// are kept up to a bound, the oldest dropped by executing the entry that exceeds it; rows of front-end-made ids go when the front end says that it
/// will not repeat them, or has restarted.
/// </summary>
/// <param name="clientRowsMax">The newest client-made ids that are kept.</param>
internal sealed class SessionTable(int clientRowsMax)
{
    private const int RetiredBootsMax = 8;

    private readonly Dictionary<RequestKey, SessionRow> _clientRows = [];
    private readonly Queue<RequestKey> _clientOrder = [];
    private readonly Dictionary<byte, FrontEndSessions> _frontEnds = [];

    /// <summary>Client-made ids that are remembered.</summary>
    public int ClientRows => _clientRows.Count;

    /// <summary>All rows.</summary>
    public int Rows => _clientRows.Count + _frontEnds.Values.Sum(sessions => sessions.Rows.Count);

    /// <summary>The oldest number a client-made id is remembered from; zero when there is none.</summary>
    public SequenceNumber OldestClientSeq => _clientOrder.TryPeek(out var key) ? _clientRows[key].Seq : SequenceNumber.Zero;

    /// <summary>
    /// Notes what an executed entry says about its front end, before the entry is looked up. False if the entry comes from a retired life of its
    /// front end or is one that the front end had given up: it has no effect.
    /// </summary>
    public bool Admit(Request request)
    {
        if (!_frontEnds.TryGetValue(request.FrontEnd, out var sessions))
            _frontEnds.Add(request.FrontEnd, sessions = new FrontEndSessions());
        if (sessions.Boot != request.FrontEndBoot)
        {
            if (sessions.RetiredBoots.Contains(request.FrontEndBoot))
                return request.Key.IsClientMade;
            if (sessions.Boot is { } old)
            {
                sessions.RetiredBoots.Enqueue(old);
                if (sessions.RetiredBoots.Count > RetiredBootsMax)
                    sessions.RetiredBoots.Dequeue();
            }

            sessions.Boot = request.FrontEndBoot;
            sessions.Lowest = 0;
            sessions.Rows.Clear();
        }

        if (request.LowestOutstanding > sessions.Lowest)
        {
            sessions.Lowest = request.LowestOutstanding;
            while (sessions.Rows.Count > 0 && sessions.Rows.GetKeyAtIndex(0) < sessions.Lowest)
                sessions.Rows.RemoveAt(0);
        }

        return request.Key.IsClientMade || request.Key.Low >= sessions.Lowest;
    }

    /// <summary>The row of a key.</summary>
    public SessionRow? Find(RequestKey key) => key.IsClientMade
        ? _clientRows.GetValueOrDefault(key)
        : _frontEnds.TryGetValue(key.Origin, out var sessions) && sessions.Boot?.Value == key.High ? sessions.Rows.GetValueOrDefault(key.Low) : null;

    /// <summary>Remembers a write that was executed just now.</summary>
    public void Add(RequestKey key, SessionRow row)
    {
        if (!key.IsClientMade)
        {
            _frontEnds[key.Origin].Rows.Add(key.Low, row);
            return;
        }

        _clientRows.Add(key, row);
        _clientOrder.Enqueue(key);
        if (_clientOrder.Count > clientRowsMax)
            _clientRows.Remove(_clientOrder.Dequeue());
    }

    private sealed class FrontEndSessions
    {
        public BootId? Boot { get; set; }

        public ulong Lowest { get; set; }

        public SortedList<ulong, SessionRow> Rows { get; } = [];

        public Queue<BootId> RetiredBoots { get; } = [];
    }
}
