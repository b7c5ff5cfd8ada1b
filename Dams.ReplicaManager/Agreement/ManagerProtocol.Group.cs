using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <content>
/// The manager as a member of the managers' group. A manager whose folder was wiped is a new incarnation: it has the lost one ordered out,
/// and joins. It begins from the agreed state at its JOIN. Any other manager can give that, because managers crash, but do not lie.
/// </content>
internal sealed partial class ManagerProtocol
{
    private const int JoinsKept = 8;

    private readonly SortedDictionary<long, ManagementSnapshot> _joins = [];
    private ManagementSnapshot? _latest;
    private ManagementSnapshot? _restoring;
    private ManagementSnapshot? _saving;
    private Instant _fetchAt = Instant.Never;
    private int _fetches;

    /// <summary>The entry of the snapshot that is on disk; zero if there is none.</summary>
    public SequenceNumber Durable { get; private set; }

    /// <summary>The agreed state at a JOIN, for the manager that has joined there; null if it is not known here.</summary>
    public ManagementSnapshot? FindSnapshot(long sequence) => _joins.GetValueOrDefault(sequence);

    /// <summary>Takes another manager's answer to <see cref="IReplicaWatch.AskSnapshot"/>; null if none could give a snapshot.</summary>
    public void OnSnapshot(long sequence, ManagementSnapshot? snapshot, Instant now)
    {
        if (Member.SnapshotWanted?.Value != sequence || _restoring is not null)
            return;
        if (snapshot?.Seq == sequence)
        {
            _restoring = snapshot;
            _fetchAt = Instant.Never;
            SaveNext();
            return;
        }

        // All others may have restarted and not replayed yet. After a while this member asks for another JOIN.
        if (++_fetches < 10)
            return;
        _fetches = 0;
        Member.OnSnapshotUnavailable(new SequenceNumber(sequence), now);
    }

    /// <summary>A snapshot is on disk: the log before it may be trimmed, and a joiner may follow the order after it.</summary>
    public void OnSnapshotSaved(ManagementSnapshot snapshot, Instant now)
    {
        _saving = null;
        Durable = SequenceNumber.Max(Durable, snapshot.Position.Seq);
        if (_restoring?.Seq == snapshot.Seq)
        {
            _restoring = null;
            if (Member.SnapshotWanted != snapshot.Position.Seq)
                return;
            State.Restore(snapshot);
            Member.OnSnapshotRestored(snapshot.Position, now);
        }
    }

    private void FollowGroup(Instant now)
    {
        if (Member.BlockedBy is { } lost && _managers.Leaving is null)
            _managers.OnWanted(_id, lost, lost.Value, isForced: false, now);
        if (Member.SnapshotWanted is { } wanted && _restoring is null)
        {
            if (_fetchAt == Instant.Never || now >= _fetchAt)
            {
                _fetchAt = now + _options.WatchInterval;
                _watch.AskSnapshot(wanted.Value);
            }
        }
        else
        {
            _fetchAt = Instant.Never;
        }

        SaveNext();

        // Trim only what every manager has on disk, and only behind the snapshot that is on disk here.
        var trim = SequenceNumber.Min(Member.GcSeq, Durable);
        if (trim - _log.Base >= _options.SnapshotEntries && Member.State == MemberState.Following && _log.Read(trim) is { } last)
            _log.TrimTo(trim, last.Chain);
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
        else if (_latest is { } latest && latest.Position.Seq <= Member.Durable)
        {
            _saving = latest;
            _latest = null;
        }

        if (_saving is not null)
            _watch.SaveSnapshot(_saving);
    }

    private void KeepSnapshots(Entry entry)
    {
        if (entry.Kind == EntryKind.Join)
        {
            _joins[entry.Seq.Value] = State.ToSnapshot(entry);
            if (_joins.Count > JoinsKept)
                _joins.Remove(_joins.Keys.First());
        }

        if (entry.Seq.Value % _options.SnapshotEntries == 0)
            _latest = State.ToSnapshot(entry);
    }
}
