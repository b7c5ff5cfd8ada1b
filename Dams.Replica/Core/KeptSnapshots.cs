using System.Buffers;
using Dams.Ordering;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>
/// The snapshots that are being written or waited for. A snapshot has one or more holders: it is freed when it was
/// dropped as often as it was kept.
/// </summary>
internal sealed class KeptSnapshots(ReplicatedState state, SnapshotSchedule schedule)
{
    private readonly List<(SnapshotExport Export, int Holds)> _kept = [];

    /// <summary>The snapshots, oldest first, written or not.</summary>
    public IEnumerable<SnapshotExport> All => _kept.Select(kept => kept.Export);

    /// <summary>The snapshot that is kept at an entry; null if there is none.</summary>
    public SnapshotExport? Find(SequenceNumber seq) => _kept.Find(kept => kept.Export.Seq == seq).Export;

    /// <summary>Keeps a snapshot of the present state, at the position that the header names.</summary>
    public SnapshotExport Keep(SnapshotHeader header)
    {
        var index = IndexOf(header.Seq);
        if (index >= 0)
        {
            var (present, holds) = _kept[index];
            _kept[index] = (present, holds + 1);
            return present;
        }

        var export = state.BeginExport(header);
        _kept.Add((export, 1));
        schedule.OnKept();
        return export;
    }

    /// <summary>
    /// Writes the next slice of a kept snapshot to <paramref name="output"/>: about <paramref name="bytes"/> bytes, in
    /// whole buckets and sessions.
    /// </summary>
    /// <returns>Whether the snapshot is complete now.</returns>
    public bool Step(SnapshotExport export, int bytes, IBufferWriter<byte> output)
    {
        if (!export.Step(bytes, output))
            return false;
        state.EndExport(export);
        return true;
    }

    /// <summary>
    /// Undoes one <see cref="Keep"/>; the last time frees the snapshot, complete or not. Does nothing if none is kept at
    /// this entry.
    /// </summary>
    public void Drop(SequenceNumber seq)
    {
        var index = IndexOf(seq);
        if (index < 0)
            return;
        var (export, holds) = _kept[index];
        if (holds > 1)
        {
            _kept[index] = (export, holds - 1);
            return;
        }

        _kept.RemoveAt(index);
        state.EndExport(export);
        export.Dispose();
    }

    private int IndexOf(SequenceNumber seq) => _kept.FindIndex(kept => kept.Export.Seq == seq);
}
