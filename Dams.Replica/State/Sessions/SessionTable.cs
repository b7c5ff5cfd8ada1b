using Dams.Ordering;

namespace Dams.Replica.State.Sessions;

/// <summary>
/// The session table: one row per write. It is part of the replicated state, so all replicas hold the same rows at the
/// same entry. Rows of client-made ids are kept up to a bound; the entry that exceeds it drops the oldest one. Rows of
/// front-end-made ids are dropped when the front end says that it will not repeat them, or has restarted. For digests
/// and snapshots, the rows are grouped into sections of 1,000 numbers.
/// </summary>
/// <param name="clientRowsMax">How many of the newest client-made ids are kept.</param>
/// <param name="observer">Told of each section before it changes.</param>
internal sealed class SessionTable(int clientRowsMax, ISessionObserver? observer = null)
{
    /// <summary>How many earlier boots of a front end are remembered.</summary>
    public const int RetiredBootsMax = 8;

    private static readonly List<SessionRow> NoRows = [];

    private readonly Dictionary<RequestKey, SessionRow> _clientRows = [];
    private readonly Queue<SessionRow> _clientOrder = [];
    private readonly SortedDictionary<byte, FrontEndSessions> _frontEnds = [];
    private readonly SortedDictionary<long, List<SessionRow>> _sections = [];

    private ISessionObserver? _observer = observer;

    /// <summary>The number of client-made ids that are remembered.</summary>
    public int ClientRows => _clientRows.Count;

    /// <summary>The number of all rows.</summary>
    internal int Rows => _sections.Values.Sum(rows => rows.Count);

    /// <summary>The number of the oldest row of a client-made id; zero if there is none.</summary>
    public SequenceNumber OldestClientSeq => _clientOrder.TryPeek(out var row) ? row.Seq : SequenceNumber.Zero;

    /// <summary>The sections that hold rows, in order.</summary>
    public IReadOnlyCollection<long> Sections => _sections.Keys;

    /// <summary>The known front ends, in order of their numbers.</summary>
    public IEnumerable<FrontEndState> FrontEnds =>
        _frontEnds.Select(sessions => new FrontEndState(
            sessions.Key, sessions.Value.Boot, sessions.Value.Lowest, [.. sessions.Value.RetiredBoots]));

    /// <summary>Sets who is told of changes from now on. For a table that was filled before it had an owner.</summary>
    public void ObserveWith(ISessionObserver next) => _observer = next;

    /// <summary>The rows of a section, by number. Valid until the next change.</summary>
    public IReadOnlyList<SessionRow> ReadSection(long section) => _sections.GetValueOrDefault(section, NoRows);

    /// <summary>
    /// Notes what an executed entry says about its front end. Called before the entry is looked up. Returns false if
    /// the entry must have no effect. That is so for a front-end-made id from a retired boot of its front end, for one
    /// that the front end has given up, and for one that is not of the front end's own boot.
    /// </summary>
    public bool Admit(Request request)
    {
        if (!_frontEnds.TryGetValue(request.FrontEnd, out var sessions))
            _frontEnds.Add(request.FrontEnd, sessions = new FrontEndSessions { Boot = request.FrontEndBoot });
        if (sessions.Boot != request.FrontEndBoot)
        {
            if (sessions.RetiredBoots.Contains(request.FrontEndBoot))
                return request.Key.IsClientMade;
            sessions.RetiredBoots.Enqueue(sessions.Boot);
            if (sessions.RetiredBoots.Count > RetiredBootsMax)
                sessions.RetiredBoots.Dequeue();
            sessions.Boot = request.FrontEndBoot;
            sessions.Lowest = 0;
            foreach (var row in sessions.Rows.Values)
                RemoveFromSection(row);
            sessions.Rows.Clear();
        }

        if (request.LowestOutstanding > sessions.Lowest)
        {
            sessions.Lowest = request.LowestOutstanding;
            foreach (var (number, row) in sessions.Rows.TakeWhile(row => row.Key < sessions.Lowest).ToList())
            {
                RemoveFromSection(row);
                sessions.Rows.Remove(number);
            }
        }

        return request.Key.IsClientMade
            || (request.Key.Origin == request.FrontEnd && request.Key.High == request.FrontEndBoot.Value
                && request.Key.Low >= sessions.Lowest);
    }

    /// <summary>The row of a key.</summary>
    public SessionRow? Find(RequestKey key) => key.IsClientMade
        ? _clientRows.GetValueOrDefault(key)
        : _frontEnds.TryGetValue(key.Origin, out var sessions) && sessions.Boot.Value == key.High
            ? sessions.Rows.GetValueOrDefault(key.Low)
            : null;

    /// <summary>The row of a number.</summary>
    public SessionRow? Find(SequenceNumber seq)
    {
        var rows = ReadSection(SessionRow.SectionOf(seq));
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rows[middle].Seq < seq)
                low = middle + 1;
            else
                high = middle;
        }

        return low < rows.Count && rows[low].Seq == seq ? rows[low] : null;
    }

    /// <summary>
    /// Remembers a write that was executed just now. Call it after <see cref="Admit"/>, with a
    /// number above those of all rows.
    /// </summary>
    public void Add(SessionRow row)
    {
        AppendToSection(row);
        if (!row.Key.IsClientMade)
        {
            _frontEnds[row.Key.Origin].Rows.Add(row.Key.Low, row);
            return;
        }

        _clientRows.Add(row.Key, row);
        _clientOrder.Enqueue(row);
        if (_clientOrder.Count <= clientRowsMax)
            return;
        var oldest = _clientOrder.Dequeue();
        _clientRows.Remove(oldest.Key);
        RemoveFromSection(oldest);
    }

    /// <summary>
    /// Restores what is known of a front end. Front ends come in order of their numbers, before any row. Returns false
    /// if no table can hold this.
    /// </summary>
    public bool TryRestore(FrontEndState state)
    {
        var boots = state.RetiredBoots;
        if ((_frontEnds.Count > 0 && _frontEnds.Keys.Last() >= state.Id) || boots.Count > RetiredBootsMax || boots.Contains(state.Boot)
            || boots.Distinct().Count() != boots.Count)
            return false;
        var sessions = new FrontEndSessions { Boot = state.Boot, Lowest = state.Lowest };
        foreach (var boot in boots)
            sessions.RetiredBoots.Enqueue(boot);
        _frontEnds.Add(state.Id, sessions);
        return true;
    }

    /// <summary>
    /// Restores a row. Rows come in order of their numbers. Returns false if no table can hold this row
    /// besides its other content.
    /// </summary>
    public bool TryRestore(SessionRow row)
    {
        if (Find(row.Key) is not null)
            return false;
        var canBeThere = row.Key.IsClientMade
            ? ClientRows < clientRowsMax
            : _frontEnds.TryGetValue(row.Key.Origin, out var sessions) && sessions.Boot.Value == row.Key.High
                && sessions.Lowest <= row.Key.Low;
        if (canBeThere)
            Add(row);
        return canBeThere;
    }

    private void AppendToSection(SessionRow row)
    {
        _observer?.BeforeChange(row.Section);
        if (!_sections.TryGetValue(row.Section, out var rows))
            _sections.Add(row.Section, rows = []);
        Invariant.That(rows.Count == 0 || rows[^1].Seq < row.Seq, "rows come in order of their numbers");
        rows.Add(row);
    }

    private void RemoveFromSection(SessionRow row)
    {
        _observer?.BeforeChange(row.Section);
        var rows = _sections[row.Section];
        rows.RemoveAt(rows.BinarySearch(row, BySeq.Instance));
        if (rows.Count == 0)
            _sections.Remove(row.Section);
    }

    private sealed class BySeq : IComparer<SessionRow>
    {
        public static readonly BySeq Instance = new();

        public int Compare(SessionRow? x, SessionRow? y) => x!.Seq.CompareTo(y!.Seq);
    }

    private sealed class FrontEndSessions
    {
        public BootId Boot { get; set; }

        public ulong Lowest { get; set; }

        /// <summary>
        /// The rows by number. They are a tree, because many rows may be removed at once, and a
        /// removal must not move the rest.
        /// </summary>
        public SortedDictionary<ulong, SessionRow> Rows { get; } = [];

        public Queue<BootId> RetiredBoots { get; } = [];
    }
}
