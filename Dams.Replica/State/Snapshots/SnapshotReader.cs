using System.Security.Cryptography;
using Dams.Contracts.Engines;
using Dams.Replica.State.Sessions;

namespace Dams.Replica.State.Snapshots;

/// <summary>What a reader holds a snapshot to. Immutable.</summary>
internal sealed record SnapshotExpectation
{
    /// <summary>The bound of the session table that it is for.</summary>
    public required int ClientSessionsMax { get; init; }

    /// <summary>The entry that it must stand at; null for any.</summary>
    public Ordering.SequenceNumber? Seq { get; init; }

    /// <summary>
    /// The longest snapshot that is read. What is read stays in memory until it is restored, in about as many bytes as it has; a million bookings are 3 MB and
    /// a million session rows 70 MB.
    /// </summary>
    public long BytesMax { get; init; } = 1024L * 1024 * 1024;
}

/// <summary>
/// Reads a snapshot as it comes, and gives what it holds only when every byte, every rule of order and of the domain, and the digest of the state have been
/// found right. Total: any bytes give a content or a refusal. A stream that fails is a refusal, too.
/// </summary>
internal sealed class SnapshotReader : IDisposable
{
    private readonly SnapshotExpectation _expectation;
    private readonly SnapshotInput _input;
    private readonly SessionTable _sessions;
    private readonly List<Bucket> _buckets = [];
    private readonly BookingRules _rules = new();
    private readonly StateDigestBuilder _stateDigest = new();
    private readonly SessionDigestBuilder _sessionDigest = new();
    private SnapshotHeader? _header;
    private long _lastSeq;
    private bool _hasFrontEnds;

    private SnapshotReader(Stream stream, SnapshotExpectation expectation)
    {
        _expectation = expectation;
        _input = new SnapshotInput(stream, expectation.BytesMax);
        _sessions = new SessionTable(expectation.ClientSessionsMax);
    }

    /// <summary>Reads a snapshot.</summary>
    /// <param name="stream">From its first byte on, to its end.</param>
    /// <param name="expectation">What it is held to.</param>
    /// <param name="content">What it holds; null if it is refused.</param>
    /// <returns>Why it is refused; null if it isn't.</returns>
    public static SnapshotRefused? Read(Stream stream, SnapshotExpectation expectation, out SnapshotContent? content)
    {
        using var reader = new SnapshotReader(stream, expectation);
        try
        {
            content = reader.Read();
            return null;
        }
        catch (SnapshotRefusedException refusal)
        {
            content = null;
            return refusal.Refused;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _stateDigest.Dispose();
        _sessionDigest.Dispose();
    }

    private SnapshotContent Read()
    {
        ReadHeader();
        while (true)
        {
            switch (_input.ReadRecord(out var body))
            {
                case SnapshotRecord.Bucket: OnBucket(body); break;
                case SnapshotRecord.FrontEnds: OnFrontEnds(body); break;
                case SnapshotRecord.Row: OnRow(body); break;
                default: return OnEnd(body.ToArray());
            }
        }
    }

    private void ReadHeader()
    {
        var header = SnapshotFormat.ReadHeader(_input.ReadHeader(), out var viewBytes);
        if (viewBytes is < 0 or > SnapshotFormat.ViewBytesMax)
            throw _input.Refusal(SnapshotProblem.TooLong, $"a view of {viewBytes} bytes");
        if (header.Seq.Value < 1)
            throw _input.Refusal(SnapshotProblem.Malformed, $"it stands at {header.Seq.Value}");
        _header = header with { View = _input.ReadView(viewBytes).ToArray() };
        if (_expectation.Seq is { } expected && expected != header.Seq)
            throw _input.Refusal(SnapshotProblem.NotAsExpected, $"it stands at {header.Seq}, not at {expected}");
    }

    private void OnBucket(ReadOnlySpan<byte> body)
    {
        if (_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "a bucket behind the front ends");
        if (!BucketCodec.TryDecode(body, out var bucket))
            throw _input.Refusal(SnapshotProblem.Malformed, "a bucket that no engine can hold");
        if (_buckets.Count > 0 && bucket!.Key <= _buckets[^1].Key)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, $"bucket {bucket.Key} behind {_buckets[^1].Key}");
        if (_rules.FindBroken(bucket!) is { } broken)
            throw _input.Refusal(SnapshotProblem.Inconsistent, broken);
        _stateDigest.AddBucket(body);
        _buckets.Add(bucket!);
    }

    private void OnFrontEnds(ReadOnlySpan<byte> body)
    {
        if (_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "the front ends for the second time");
        _hasFrontEnds = true;
        _stateDigest.AddSection(new StateSection(StateSection.FrontEnds, SHA256.HashData(body)));
        while (!body.IsEmpty)
        {
            if (SessionCodec.ReadFrontEnd(ref body) is not { } frontEnd)
                throw _input.Refusal(SnapshotProblem.Malformed, "a front end that can't be read");
            if (!_sessions.TryRestore(frontEnd))
                throw _input.Refusal(SnapshotProblem.Inconsistent, $"front end {frontEnd.Id} can't be so, or stand there");
        }
    }

    private void OnRow(ReadOnlySpan<byte> body)
    {
        if (!_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "a session before the front ends");
        if (SessionCodec.ReadRow(body) is not { } row)
            throw _input.Refusal(SnapshotProblem.Malformed, "a session that no write can have left");
        if (row.Seq.Value <= _lastSeq || row.Seq > _header!.Seq)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, $"the session of {row.Seq} behind that of {_lastSeq}, in a snapshot of {_header!.Seq}");
        if (!_sessions.TryRestore(row))
            throw _input.Refusal(SnapshotProblem.Inconsistent, $"the session of {row.Seq} has no place besides the others");
        _lastSeq = row.Seq.Value;
        _sessionDigest.AddRow(row.Section, body);
    }

    private SnapshotContent OnEnd(byte[] claimed)
    {
        if (!_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "an end before the front ends");
        _stateDigest.AddSection(new StateSection(StateSection.Sessions, _sessionDigest.Finish()));
        var digest = _stateDigest.Finish();
        _input.ReadFileDigest();
        if (!digest.AsSpan().SequenceEqual(claimed))
            throw _input.Refusal(SnapshotProblem.Damaged, $"its state has digest {Convert.ToHexStringLower(digest)}, but it claims {Convert.ToHexStringLower(claimed)}");
        return new SnapshotContent(_header!, _buckets, _sessions, digest, _input.Offset);
    }
}
