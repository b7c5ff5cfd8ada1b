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

    /// <summary>The numbers whose snapshots somebody waits for: those that are kept, and those of JOINs whose joiners don't vote yet.</summary>
    public IEnumerable<SequenceNumber> SnapshotsWaitedFor => Snapshots.Select(kept => kept.Seq).Union(_joins.Values.Select(join => join.Seq));

    /// <summary>When this replica takes a durable snapshot of its own.</summary>
    public SnapshotSchedule Schedule { get; }

    /// <summary>The snapshot of a number, if it is kept.</summary>
    public SnapshotExport? FindSnapshot(SequenceNumber seq) => _snapshots.Find(kept => kept.Export.Seq == seq).Export;

    /// <summary>
    /// Keeps a snapshot of the state just after the last executed entry, until it is dropped as often as it was kept. It is written by
    /// <see cref="StepSnapshot"/>; executions in between don't change what it holds.
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

    /// <summary>Writes the next slice of a snapshot that is kept.</summary>
    /// <param name="export">Which.</param>
    /// <param name="bytes">About how many bytes; whole buckets and sessions only.</param>
    /// <param name="output">Gets them.</param>
    /// <returns>Whether it is complete.</returns>
    public bool StepSnapshot(SnapshotExport export, int bytes, IBufferWriter<byte> output)
    {
        if (!export.Step(bytes, output))
            return false;
        _observers.Remove(export);
        return true;
    }

    /// <summary>Lets go of a snapshot, complete or not. Does nothing if there is none of this number.</summary>
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
    /// Takes over a snapshot, as if all entries up to its own had been executed here. Only a core that has executed nothing can; it is as empty as before if
    /// the engine does not hold exactly what was read.
    /// </summary>
    /// <returns>Why it is not used; null if it is.</returns>
    public SnapshotRefused? Restore(SnapshotContent content)
    {
        Invariant.That(Executed == SequenceNumber.Zero, "a snapshot is restored before anything is executed");
        try
        {
            Engine.Restore(content.Buckets);
        }
        catch (Exception exception) when (IsOfVersion(exception))
        {
            return new SnapshotRefused(SnapshotProblem.EngineDiffers, content.Bytes, $"{Engine.Version} did not take it: {exception.Message}");
        }

        UseSessions(content.Sessions);
        var digest = Digest();
        if (!digest.AsSpan().SequenceEqual(content.StateDigest))
        {
            Engine.Restore([]);
            UseSessions(new SessionTable(_options.ClientSessionsMax));
            return new SnapshotRefused(
                SnapshotProblem.EngineDiffers, content.Bytes, $"{Engine.Version} has digest {Convert.ToHexStringLower(digest)} after taking it");
        }

        (Executed, ExecutedTime, ExecutedChain, ExecutedEpoch) =
            (content.Header.Seq, content.Header.Time, content.Header.Chain, content.Header.Position.Epoch);
        _checkpointTime = content.Header.CheckpointTime;
        _newestDigest = new Checkpoint(Executed, digest);
        Schedule.OnKept();
        return null;
    }

    /// <summary>
    /// After a start from a snapshot: JOINs up to it are not executed again, but their joiners may still wait for what is on disk for them.
    /// </summary>
    /// <param name="view">The membership as of the log's end.</param>
    public void ResumeJoins(View view)
    {
        foreach (var member in view.Members.Where(member => !member.Votes && member.JoinedAt <= Executed))
            _joins[member.Id] = (member.Incarnation, member.JoinedAt);
    }

    /// <summary>A joiner needs the state of exactly its JOIN, until it votes or has left.</summary>
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
