using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The snapshots of the agreed state. A manager whose folder was wiped begins from the agreed state at its JOIN, as soon as two others give
/// the same one. It decides which snapshots are kept, saved, fetched and believed, and how far the log is trimmed. Pure and
/// single-threaded.
/// </summary>
/// <param name="options">Say how often a snapshot is saved, and how often one is asked for.</param>
/// <param name="member">The manager as a member of its group, which says what it wants and what it has on disk.</param>
/// <param name="log">The log of the managers' order, which is trimmed behind what is saved.</param>
/// <param name="group">Hears the committed view of the managers' group.</param>
/// <param name="state">The agreed state.</param>
/// <param name="access">The access to the disk and to other managers.</param>
/// <param name="durable">The entry of the snapshot that is on disk; zero if there is none.</param>
internal sealed class AgreedSnapshots(
    ManagerOptions options, GroupMember member, IMemberLog log, LeaveRequester group, AgreedState state, IReplicaAccess access,
    SequenceNumber durable)
{
    private const int JoinsKept = 8;
    private const int FetchesMax = 10;

    /// <summary>One of the managers may be wrong: its code, its memory or its disk. So two must agree.</summary>
    private const int VouchersMin = 2;

    private readonly SortedDictionary<long, AgreedSnapshot> _joins = [];
    private AgreedSnapshot? _latest;
    private AgreedSnapshot? _restoring;
    private AgreedSnapshot? _saving;
    private SequenceNumber _durable = durable;
    private int _fetches;

    /// <summary>When <see cref="Follow"/> wants to be called next.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>The agreed state at a JOIN, for the manager that has joined there; null if it is not known here.</summary>
    public AgreedSnapshot? FindAt(long sequence) => _joins.GetValueOrDefault(sequence);

    /// <summary>Takes a snapshot of the state just after an entry, if anyone may need it.</summary>
    public void OnApplied(Entry entry)
    {
        if (entry.Kind == EntryKind.Join)
        {
            _joins[entry.Seq.Value] = state.ToSnapshot(entry);
            if (_joins.Count > JoinsKept)
                _joins.Remove(_joins.Keys.First());
        }

        if (entry.Seq.Value % options.SnapshotEntries == 0)
            _latest = state.ToSnapshot(entry);
    }

    /// <summary>
    /// The JOIN at which other managers gave different states, so that none of them was believed; null if there was none, or if one is
    /// believed by now.
    /// </summary>
    public long? DisputedAt { get; private set; }

    /// <summary>Takes the other managers' answers to <see cref="IReplicaAccess.AskSnapshot"/>.</summary>
    /// <param name="sequence">The number of the JOIN.</param>
    /// <param name="given">The states that they gave, at most one of each manager. Managers that gave nothing are missing.</param>
    /// <returns>Whether the snapshot can't be had: for so long that the member asks for another JOIN.</returns>
    public bool OnFetched(long sequence, IReadOnlyList<AgreedSnapshot> given)
    {
        if (member.SnapshotWanted?.Value != sequence || _restoring is not null)
            return false;
        if (FindVouchedFor([.. given.Where(snapshot => snapshot.Seq == sequence)]) is { } snapshot)
        {
            _restoring = snapshot;
            NextDeadline = Instant.Never;
            SaveNext();
            return false;
        }

        // All others may have restarted and not replayed yet.
        if (++_fetches < FetchesMax)
            return false;
        _fetches = 0;
        return true;
    }

    /// <summary>
    /// The snapshot that two managers give alike. If only one other manager votes, that one is believed alone: there is nobody to compare
    /// it with, and it decides alone what is committed. If there are two others and one of them is down, the joiner waits. The group can
    /// commit nothing meanwhile anyway.
    /// </summary>
    private AgreedSnapshot? FindVouchedFor(IReadOnlyList<AgreedSnapshot> given)
    {
        var alike = given.GroupBy(snapshot => Digest.Of(snapshot.ToJson())).MaxBy(group => group.Count())?.ToList() ?? [];
        var others = group.View.Voters == 0 ? options.Seats.Count : group.View.Voters;
        var vouched = alike.Count >= Math.Min(VouchersMin, others) ? alike[0] : null;
        DisputedAt = vouched is null && alike.Count < given.Count ? given[0].Seq : null;
        return vouched;
    }

    /// <summary>A snapshot is on disk: the log before it may be trimmed.</summary>
    /// <returns>Whether it is the one that the member waits for, from which the agreed state must be restored.</returns>
    public bool OnSaved(AgreedSnapshot snapshot)
    {
        _saving = null;
        _durable = SequenceNumber.Max(_durable, snapshot.Position.Seq);
        if (_restoring?.Seq != snapshot.Seq)
            return false;
        _restoring = null;
        return member.SnapshotWanted == snapshot.Position.Seq;
    }

    /// <summary>Asks for the snapshot that the member wants, saves what is due, and trims the log.</summary>
    public void Follow(Instant now)
    {
        if (member.SnapshotWanted is { } wanted && _restoring is null)
        {
            if (NextDeadline == Instant.Never || now >= NextDeadline)
            {
                NextDeadline = now + options.WatchInterval;
                access.AskSnapshot(wanted.Value);
            }
        }
        else
        {
            NextDeadline = Instant.Never;
        }

        SaveNext();

        // Trim only what every manager has on disk, and only behind the snapshot that is on disk here.
        var trim = SequenceNumber.Min(member.GcSeq, _durable);
        if (trim - log.Base >= options.SnapshotEntries && member.State == MemberState.Following && log.Read(trim) is { } last)
            log.TrimTo(trim, last.Chain);
    }

    /// <summary>
    /// Saves one snapshot at a time, or an older one could overwrite a newer one. It saves none beyond the durable end of the own log,
    /// because after a power cut the log would end before the saved state.
    /// </summary>
    private void SaveNext()
    {
        if (_saving is not null)
            return;
        if (_restoring is not null)
        {
            _saving = _restoring;
        }
        else if (_latest is { } latest && latest.Position.Seq <= member.Durable)
        {
            _saving = latest;
            _latest = null;
        }

        if (_saving is not null)
            access.SaveSnapshot(_saving);
    }
}
