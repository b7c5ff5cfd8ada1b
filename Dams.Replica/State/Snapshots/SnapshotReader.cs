using System.Security.Cryptography;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// Reads a snapshot as it comes. It gives the content only after it has checked every byte, every rule of order and of
/// the domain, and the digest of the state. Reading is total: any bytes give a content or a rejection. A stream that
/// fails gives a rejection, too.
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

    /// <summary>Reads a whole snapshot and checks it.</summary>
    /// <param name="stream">The snapshot, from its first byte to its end.</param>
    /// <param name="expectation">The properties that the snapshot must have.</param>
    /// <param name="content">The content; null if the snapshot is rejected.</param>
    /// <returns>Why the snapshot is rejected; null if it isn't.</returns>
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
            throw _input.Refusal(SnapshotProblem.TooLong, $"its view has {viewBytes} bytes");
        if (header.Seq.Value < 1)
            throw _input.Refusal(SnapshotProblem.Malformed, $"it belongs to entry {header.Seq.Value}");
        _header = header with { View = _input.ReadView(viewBytes).ToArray() };
        if (_expectation.Seq is { } expected && expected != header.Seq)
            throw _input.Refusal(SnapshotProblem.NotAsExpected, $"it belongs to entry {header.Seq}, not to {expected}");
    }

    private void OnBucket(ReadOnlySpan<byte> body)
    {
        if (_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "a bucket comes after the front ends");
        if (!BucketCodec.TryDecode(body, out var bucket))
            throw _input.Refusal(SnapshotProblem.Malformed, "no engine can hold this bucket");
        if (_buckets.Count > 0 && bucket!.Key <= _buckets[^1].Key)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, $"bucket {bucket.Key} comes after {_buckets[^1].Key}");
        if (_rules.FindBroken(bucket!) is { } broken)
            throw _input.Refusal(SnapshotProblem.Inconsistent, broken);
        _stateDigest.AddBucket(body);
        _buckets.Add(bucket!);
    }

    private void OnFrontEnds(ReadOnlySpan<byte> body)
    {
        if (_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "the front ends come twice");
        _hasFrontEnds = true;
        _stateDigest.AddSection(new StateSection(StateSection.FrontEnds, SHA256.HashData(body)));
        while (!body.IsEmpty)
        {
            if (SessionCodec.ReadFrontEnd(ref body) is not { } frontEnd)
                throw _input.Refusal(SnapshotProblem.Malformed, "a front end can't be read");
            if (!_sessions.TryRestore(frontEnd))
                throw _input.Refusal(SnapshotProblem.Inconsistent, $"front end {frontEnd.Id} is impossible, or out of order");
        }
    }

    private void OnRow(ReadOnlySpan<byte> body)
    {
        if (!_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "a session comes before the front ends");
        if (SessionCodec.ReadRow(body) is not { } row)
            throw _input.Refusal(SnapshotProblem.Malformed, "no write can leave this session");
        if (row.Seq.Value <= _lastSeq || row.Seq > _header!.Seq)
        {
            throw _input.Refusal(
                SnapshotProblem.OutOfOrder,
                $"the session of {row.Seq} comes after that of {_lastSeq}, in a snapshot of {_header!.Seq}");
        }

        if (!_sessions.TryRestore(row))
            throw _input.Refusal(SnapshotProblem.Inconsistent, $"no table can hold the session of {row.Seq} besides the others");
        _lastSeq = row.Seq.Value;
        _sessionDigest.AddRow(row.Section, body);
    }

    private SnapshotContent OnEnd(byte[] claimed)
    {
        if (!_hasFrontEnds)
            throw _input.Refusal(SnapshotProblem.OutOfOrder, "the end comes before the front ends");
        _stateDigest.AddSection(new StateSection(StateSection.Sessions, _sessionDigest.Finish()));
        var digest = _stateDigest.Finish();
        _input.ReadFileDigest();
        if (!digest.AsSpan().SequenceEqual(claimed))
        {
            throw _input.Refusal(
                SnapshotProblem.Damaged,
                $"its state has digest {Convert.ToHexStringLower(digest)}, but it claims {Convert.ToHexStringLower(claimed)}");
        }

        return new SnapshotContent(_header!, _buckets, _sessions, digest, _input.Offset);
    }
}
