using System.Buffers;
using Dams.Ordering;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <content>Snapshots: kept while execution goes on, and restored into a core that has executed nothing.</content>
internal sealed partial class ReplicaCore
{
    private readonly List<(SnapshotExport Export, int Holds)> _snapshots = [];
    private readonly Dictionary<byte, (Incarnation Joiner, SequenceNumber Seq)> _joins = [];

    /// <summary>The snapshots that are kept, oldest first, written or not.</summary>
    public IEnumerable<SnapshotExport> Snapshots => _snapshots.Select(kept => kept.Export);

    /// <summary>
    /// The entries whose snapshots are still waited for: those of kept snapshots, and JOINs
    /// whose joiners don't vote yet.
    /// </summary>
    public IEnumerable<SequenceNumber> SnapshotsWaitedFor =>
        Snapshots.Select(kept => kept.Seq).Union(_joins.Values.Select(join => join.Seq));

    /// <summary>Decides when this replica takes a durable snapshot of its own.</summary>
    public SnapshotSchedule Schedule { get; }

    /// <summary>The snapshot that is kept at an entry; null if there is none.</summary>
    public SnapshotExport? FindSnapshot(SequenceNumber seq) => _snapshots.Find(kept => kept.Export.Seq == seq).Export;

    /// <summary>
    /// Keeps a snapshot of the state just after the last executed entry, until it is dropped as often as it was kept.
    /// <see cref="StepSnapshot"/> writes it. Entries that are executed meanwhile don't change it.
    /// </summary>
    public SnapshotExport KeepSnapshot()
    {
        Invariant.That(Executed > SequenceNumber.Zero, "there is a state to keep");
        var index = _snapshots.FindIndex(kept => kept.Export.Seq == Executed);
        if (index >= 0)
        {
            _snapshots[index] = (_snapshots[index].Export, _snapshots[index].Holds + 1);
            return _snapshots[index].Export;
        }

        var header = new SnapshotHeader(Executed, ExecutedTime, ExecutedChain, _checkpointTime, SnapshotHeader.ViewOf(ExecutedEpoch));
        var export = new SnapshotExport(header, Engine, _sessions);
        _snapshots.Add((export, 1));
        _observers.Add(export);
        Schedule.OnKept();
        return export;
    }

    /// <summary>
    /// Writes the next slice of a kept snapshot to <paramref name="output"/>: about <paramref name="bytes"/> bytes, in
    /// whole buckets and sessions.
    /// </summary>
    /// <returns>Whether the snapshot is complete now.</returns>
    public bool StepSnapshot(SnapshotExport export, int bytes, IBufferWriter<byte> output)
    {
        if (!export.Step(bytes, output))
            return false;
        _observers.Remove(export);
        return true;
    }

    /// <summary>
    /// Undoes one <see cref="KeepSnapshot"/>; the last time frees the snapshot, complete or not. Does nothing if
    /// none is kept at this entry.
    /// </summary>
    public void DropSnapshot(SequenceNumber seq)
    {
        var index = _snapshots.FindIndex(kept => kept.Export.Seq == seq);
        if (index < 0)
            return;
        var (export, holds) = _snapshots[index];
        if (holds > 1)
        {
            _snapshots[index] = (export, holds - 1);
            return;
        }

        _snapshots.RemoveAt(index);
        _observers.Remove(export);
        export.Dispose();
    }

    /// <summary>
    /// Takes over a snapshot, as if this core had executed all entries up to it. Only a core that has executed
    /// nothing can do so. If the engine then holds anything other than what was read, the core is emptied again and
    /// the snapshot is rejected.
    /// </summary>
    /// <returns>Why the snapshot is rejected; null if it is used.</returns>
    public SnapshotRefused? Restore(SnapshotContent content)
    {
        Invariant.That(Executed == SequenceNumber.Zero, "a snapshot is restored before anything is executed");
        try
        {
            Engine.Restore(content.Buckets);
        }
        catch (Exception exception) when (IsOfVersion(exception))
        {
            return new SnapshotRefused(
                SnapshotProblem.EngineDiffers, content.Bytes, $"{Engine.Version} could not restore it: {exception.Message}");
        }

        UseSessions(content.Sessions);
        var digest = Digest();
        if (!digest.AsSpan().SequenceEqual(content.StateDigest))
        {
            Engine.Restore([]);
            UseSessions(new SessionTable(_options.ClientSessionsMax));
            return new SnapshotRefused(
                SnapshotProblem.EngineDiffers, content.Bytes,
                $"{Engine.Version} has digest {Convert.ToHexStringLower(digest)} after restoring it");
        }

        (Executed, ExecutedTime, ExecutedChain, ExecutedEpoch) =
            (content.Header.Seq, content.Header.Time, content.Header.Chain, content.Header.Position.Epoch);
        _checkpointTime = content.Header.CheckpointTime;
        _newestDigest = new Checkpoint(Executed, digest);
        Schedule.OnKept();
        return null;
    }

    /// <summary>
    /// Remembers, after a start from a snapshot, which joiners may still wait for a snapshot on disk. Their JOINs are
    /// not executed again, because they come no later than the snapshot of the start.
    /// </summary>
    /// <param name="view">The membership at the end of the log.</param>
    public void ResumeJoins(View view)
    {
        foreach (var member in view.Members.Where(member => !member.Votes && member.JoinedAt <= Executed))
            _joins[member.Id] = (member.Incarnation, member.JoinedAt);
    }

    /// <summary>
    /// Keeps a snapshot at each JOIN until the joiner votes or has left, because it needs the
    /// state of exactly its JOIN.
    /// </summary>
    private void NoteMembership(Entry entry)
    {
        if (!MembershipChange.TryRead(entry, out var change))
            return;
        if (_joins.TryGetValue(change.Member, out var join) && (entry.Kind == EntryKind.Join || join.Joiner == change.Incarnation))
        {
            _joins.Remove(change.Member);
            DropSnapshot(join.Seq);
        }

        if (entry.Kind != EntryKind.Join)
            return;
        KeepSnapshot();
        _joins.Add(change.Member, (change.Incarnation, entry.Seq));
    }

    private void UseSessions(SessionTable sessions)
    {
        _sessions = sessions;
        _sessions.ObserveWith(_observers);
        _observers.Sessions.Reset(_sessions);
        _observers.Buckets.Reset(Engine);
    }
}
