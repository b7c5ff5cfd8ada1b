using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The snapshots of the agreed state. A manager whose folder was wiped begins from the agreed state at its JOIN, and any other manager can
/// give that: managers crash, but do not lie. It decides which snapshots are kept, saved and fetched, and how far the log is trimmed. Pure
/// and single-threaded.
/// </summary>
/// <param name="options">Say how often a snapshot is saved, and how often one is asked for.</param>
/// <param name="member">The manager as a member of its group, which says what it wants and what it has on disk.</param>
/// <param name="log">The log of the managers' order, which is trimmed behind what is saved.</param>
/// <param name="state">The agreed state.</param>
/// <param name="access">The access to the disk and to other managers.</param>
/// <param name="durable">The entry of the snapshot that is on disk; zero if there is none.</param>
internal sealed class AgreedSnapshots(
    ManagerOptions options, GroupMember member, IMemberLog log, AgreedState state, IReplicaAccess access, SequenceNumber durable)
{
    private const int JoinsKept = 8;
    private const int FetchesMax = 10;

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

    /// <summary>Takes another manager's answer to <see cref="IReplicaAccess.AskSnapshot"/>; null if none could give a snapshot.</summary>
    /// <returns>Whether the snapshot can't be had: nobody could give it for so long that the member asks for another JOIN.</returns>
    public bool OnFetched(long sequence, AgreedSnapshot? snapshot)
    {
        if (member.SnapshotWanted?.Value != sequence || _restoring is not null)
            return false;
        if (snapshot?.Seq == sequence)
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
