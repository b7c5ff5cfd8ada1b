using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>
/// Writes a replica's snapshots to disk, and trims its log behind them. Between its other work, the loop cuts slices
/// that take it about a millisecond each. A separate task asks for one slice after the other and writes them, so that
/// the loop never waits for this disk. The loop calls <see cref="OnBatchEnd"/>; the task runs <see cref="RunAsync"/>.
/// </summary>
internal sealed class SnapshotKeeper(ReplicaProtocol node, DurableLog log, SnapshotFolder folder, ILogger logger)
{
    private const int SliceBytesMax = 256 * 1024;
    private const int StepBytes = 16 * 1024;
    private const int WaitingMax = 8;
    private static readonly TimeSpan SliceTime = TimeSpan.FromMilliseconds(1);

    private readonly Channel<SnapshotExport> _waiting =
        Channel.CreateBounded<SnapshotExport>(
            new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });

    // Used by the loop alone.
    private readonly List<SnapshotExport> _queued = [];
    private IReadOnlyList<SequenceNumber> _onDisk = folder.List();
    private SnapshotExport? _own;

    /// <summary>
    /// Begins a snapshot if one is due, queues the core's snapshots for writing, and trims the log. Called in the loop.
    /// </summary>
    public void OnBatchEnd()
    {
        if (node.Member.State is MemberState.Halted or MemberState.Outdated)
            return;
        if (_own is null && node.Core.Schedule.IsDue)
            _own = node.Core.KeepSnapshot();
        _queued.RemoveAll(export => node.Core.FindSnapshot(export.Seq) != export);
        foreach (var export in node.Core.Snapshots)
        {
            // If the channel is full, the snapshot is queued at the end of a later batch.
            if (!_queued.Contains(export) && _waiting.Writer.TryWrite(export))
                _queued.Add(export);
        }

        Trim();
    }

    /// <summary>Writes snapshots until the loop ends.</summary>
    public Task RunAsync(ProtocolDriver driver, CancellationToken stopping) =>
        driver.RunBesideAsync(() => WriteAllAsync(driver, stopping), stopping);

    private async Task WriteAllAsync(ProtocolDriver driver, CancellationToken stopping)
    {
        await foreach (var export in _waiting.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            await WriteAsync(export, driver).ConfigureAwait(false);
    }

    private async Task WriteAsync(SnapshotExport export, ProtocolDriver driver)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            if (!await WriteFileAsync(export, driver).ConfigureAwait(false))
                return;
            var onDisk = folder.List();
            var waitedFor = await driver.InvokePatientlyAsync(_ => OnWritten(export, onDisk)).ConfigureAwait(false);
            folder.Prune(waitedFor);
            SnapshotLog.Written(
                logger, export.Seq.Value, export.Bytes, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                Convert.ToHexStringLower(export.StateDigest!));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The log is not trimmed then, and the next snapshot is tried when it is due.
            SnapshotLog.NotWritten(logger, export.Seq.Value, exception.Message);
            await driver.InvokePatientlyAsync(_ => OnWritten(export, null)).ConfigureAwait(false);
        }
    }

    private async Task<bool> WriteFileAsync(SnapshotExport export, ProtocolDriver driver)
    {
        using var file = folder.Create(export.Seq);
        for (var isLast = false; !isLast;)
        {
            if (await driver.InvokePatientlyAsync(_ => NextSlice(export)).ConfigureAwait(false) is not { } slice)
                return false;
            file.Write(slice.Bytes.Span);
            isLast = slice.IsLast;
        }

        // The log is flushed first: a restart could not continue from a snapshot that is ahead of the log on disk.
        await driver.InvokePatientlyAsync(_ =>
        {
            log.Flush();
            return true;
        }).ConfigureAwait(false);
        file.Commit();
        return true;
    }

    /// <summary>Cuts as much as takes about a millisecond. Null if the snapshot was dropped. Runs in the loop.</summary>
    private (ReadOnlyMemory<byte> Bytes, bool IsLast)? NextSlice(SnapshotExport export)
    {
        if (export.IsDropped)
            return null;
        var start = Stopwatch.GetTimestamp();
        var buffer = new ArrayBufferWriter<byte>(2 * StepBytes);
        var isLast = false;
        while (!isLast && buffer.WrittenCount < SliceBytesMax && Stopwatch.GetElapsedTime(start) < SliceTime)
            isLast = node.Core.StepSnapshot(export, StepBytes, buffer);
        return (buffer.WrittenMemory, isLast);
    }

    /// <summary>
    /// Notes that a snapshot is on disk, or, if <paramref name="onDisk"/> is null, that it could not be written.
    /// Returns the snapshots that are still waited for. Runs in the loop.
    /// </summary>
    private List<SequenceNumber> OnWritten(SnapshotExport export, IReadOnlyList<SequenceNumber>? onDisk)
    {
        _onDisk = onDisk ?? _onDisk;
        if (_own == export)
        {
            _own = null;
            node.Core.DropSnapshot(export.Seq);
        }

        return [.. node.Core.SnapshotsWaitedFor];
    }

    private void Trim()
    {
        if (_onDisk.Count < SnapshotFolder.KeptMax)
            return;
        var previous = _onDisk[SnapshotFolder.KeptMax - 1];
        if (node.Core.Schedule.TrimTo((log.Base, log.Last), node.Member.GcSeq, previous) is not { } target)
            return;
        log.TrimTo(target, log.Read(target)!.Chain);
        SnapshotLog.Trimmed(logger, target.Value, previous.Value);
    }
}
