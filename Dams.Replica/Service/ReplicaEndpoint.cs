using Dams.Contracts.Soap;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting.Snapshots;
using Dams.Service;

namespace Dams.Replica.Service;

/// <summary>
/// The replica's own SOAP endpoint. It shows front ends, managers and people what the replica holds. Called by many
/// threads. Answers are taken in the replica's loop, so that everything in one answer was true at the same time. Only
/// the digests and pieces of snapshots come from files, which never change.
/// </summary>
internal sealed class ReplicaEndpoint(
    ReplicaProtocol node, DurableLog log, SnapshotFolder snapshots, ProtocolDriver driver, BootId boot) : IReplicaService
{
    private const int EntriesMax = 500;
    private const int ChunkBytesMax = 256 * 1024;

    /// <inheritdoc/>
    public Task<GetStatusResult> GetStatusAsync() => driver.InvokeAsync(now =>
    {
        var member = node.Member;
        var digest = node.Core.NewestDigest(now);
        var sessions = node.Core.SessionWindow;
        return new GetStatusResult
        {
            Id = member.Id,
            Incarnation = member.Incarnation.ToString(),
            Boot = boot.ToString(),
            Engine = node.Core.Engine.Version,
            Epoch = member.Installed.Epoch.ToString(),
            Executed = node.Core.Executed.Value,
            Durable = member.Durable.Value,
            FirstLogged = log.Base.Value + 1,
            LastLogged = log.Last.Value,
            StateDigest = Convert.ToHexStringLower(digest.Digest),
            DigestAt = digest.Seq.Value,
            ProcessId = Environment.ProcessId,
            State = member.WaitingBefore is null ? member.State.ToString() : "Waiting",
            BlockedBy = member.BlockedBy?.ToString(),
            Checkpoint = node.Core.NewestCheckpoint?.Seq.Value ?? 0,
            WaitingBefore = member.WaitingBefore?.Value ?? 0,
            WaitingBeforeSpecified = member.WaitingBefore is not null,
            SessionWindowSeconds = (long)(sessions?.TotalSeconds ?? 0),
            SessionWindowSecondsSpecified = sessions is not null,
            LogBytesLeft = log.BytesLeft ?? 0,
            LogBytesLeftSpecified = log.BytesLeft is not null,
        };
    });

    /// <inheritdoc/>
    public async Task<GetStateDigestResult> GetStateDigestAsync(long sequence)
    {
        RequireSequence(sequence, nameof(sequence));
        var seq = new SequenceNumber(sequence);
        var (ofState, ofFile) = snapshots.ReadDigests(seq);
        // After a restart, the core has forgotten digests that the snapshots on disk still contain.
        var digest = await driver.InvokeAsync(_ => node.Core.FindDigest(seq)).ConfigureAwait(false) ?? ofState;
        return new GetStateDigestResult
        {
            Found = digest is not null,
            Sequence = sequence,
            Digest = digest is null ? null : Convert.ToHexStringLower(digest),
            SnapshotDigest = ofFile is null ? null : Convert.ToHexStringLower(ofFile),
        };
    }

    /// <inheritdoc/>
    public Task<GetReplyResult> GetReplyAsync(long sequence)
    {
        RequireSequence(sequence, nameof(sequence));
        return driver.InvokeAsync(_ => node.Core.FindReply(new SequenceNumber(sequence)) is { } reply
            ? new GetReplyResult
            {
                Found = true,
                Sequence = reply.Seq.Value,
                RequestDigest = reply.RequestDigest.ToString(),
                ResultDigest = reply.ResultDigest.ToString(),
                Body = reply.Result,
            }
            : new GetReplyResult { Found = false, Sequence = sequence });
    }

    /// <inheritdoc/>
    public Task<GetEntriesResult> GetEntriesAsync(long from, long to)
    {
        RequireSequence(from, nameof(from));
        RequireSequence(to, nameof(to));
        if (to < from || to - from >= EntriesMax)
            throw ReplicaFaults.InvalidRequest(nameof(to), $"to is {to}, but must be from {from} to {from + EntriesMax - 1}");
        return driver.InvokeAsync(_ =>
        {
            var entries = new List<LogEntry>();
            for (var seq = from; seq <= to && new SequenceNumber(seq) <= node.Member.Executed; seq++)
            {
                if (log.Read(new SequenceNumber(seq)) is not { } entry)
                    continue;
                entries.Add(new LogEntry
                {
                    Sequence = seq,
                    Epoch = entry.Epoch.ToString(),
                    Time = entry.Time,
                    Kind = entry.Kind == EntryKind.Operation ? "OP" : entry.Kind.ToString().ToUpperInvariant(),
                    RequestDigest = entry.Request.Digest.ToString(),
                    Chain = entry.Chain.Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
                    Payload = entry.Request.Payload.ToArray(),
                });
            }

            return new GetEntriesResult { FirstLogged = log.Base.Value + 1, LastLogged = log.Last.Value, Entries = [.. entries] };
        });
    }

    /// <inheritdoc/>
    public Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset)
    {
        RequireSequence(sequence, nameof(sequence));
        if (offset < 0)
            throw ReplicaFaults.InvalidRequest(nameof(offset), $"offset is {offset}, but must be 0 or more");
        return Task.FromResult(snapshots.Read(new SequenceNumber(sequence), offset, ChunkBytesMax) is { } piece
            ? new GetSnapshotResult { Found = true, Sequence = sequence, Offset = offset, TotalBytes = piece.Total, Chunk = piece.Bytes }
            : new GetSnapshotResult { Found = false, Sequence = sequence, Offset = offset });
    }

    private static void RequireSequence(long sequence, string field)
    {
        if (sequence is < 1 or > long.MaxValue / 2)
            throw ReplicaFaults.InvalidRequest(field, $"{field} is {sequence}, but numbers begin with 1");
    }
}
