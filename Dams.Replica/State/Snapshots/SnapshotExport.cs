using System.Buffers;
using System.Security.Cryptography;
using Dams.Ordering;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// A snapshot of the state as it is when this object is made. It is written slice by slice while execution goes on. It
/// works by copy on write: when a part is about to change and has not been written yet, this object copies it and keeps
/// the copy until it is written. So memory is bounded by what changes during the export, and no step takes longer than
/// the largest bucket. Pure and single-threaded, like the state.
/// </summary>
internal sealed class SnapshotExport : IBucketObserver, ISessionObserver, IDisposable
{
    private readonly IAppointmentEngine _engine;
    private readonly SessionTable _sessions;
    private readonly BucketKey[] _buckets;
    private readonly long[] _sections;
    private readonly ArrayBufferWriter<byte> _frontEnds = new();
    private readonly Dictionary<BucketKey, byte[]> _bucketCopies = [];
    private readonly Dictionary<long, SessionRow[]> _sectionCopies = [];
    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly IncrementalHash _file = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StateDigestBuilder _stateDigest = new();
    private readonly SessionDigestBuilder _sessionDigest = new();
    private int _nextBucket;
    private int _nextSection;
    private SessionRow[]? _rows;
    private int _nextRow;
    private Stage _stage = Stage.Header;

    /// <summary>
    /// Begins a snapshot of the present state, at the cost of one list of keys. From now on, the caller
    /// must tell it of every change.
    /// </summary>
    public SnapshotExport(SnapshotHeader header, IAppointmentEngine engine, SessionTable sessions)
    {
        Header = header;
        _engine = engine;
        _sessions = sessions;
        _buckets = [.. engine.BucketKeys()];
        _sections = [.. sessions.Sections];
        foreach (var frontEnd in sessions.FrontEnds)
            SessionCodec.Write(frontEnd, _frontEnds);
    }

    private enum Stage
    {
        Header,
        Buckets,
        FrontEnds,
        Rows,
        End,
        Over,
    }

    /// <summary>The position of the snapshot in the order.</summary>
    public SnapshotHeader Header { get; }

    /// <summary>The snapshot holds the state just after this entry.</summary>
    public SequenceNumber Seq => Header.Seq;

    /// <summary>Whether all of it has been written.</summary>
    public bool IsComplete => StateDigest is not null;

    /// <summary>Whether it was dropped before it was complete.</summary>
    public bool IsDropped => _stage == Stage.Over && !IsComplete;

    /// <summary>Bytes written so far; the length of the snapshot when it is complete.</summary>
    public long Bytes { get; private set; }

    /// <summary>The digest of the exported state: 32 bytes; null until the export is complete.</summary>
    public byte[]? StateDigest { get; private set; }

    /// <summary>The bytes of copies that were made because of changes and are not written yet.</summary>
    public long CopiedBytes { get; private set; }

    /// <inheritdoc/>
    public void BeforeChange(BucketKey key)
    {
        if (_stage > Stage.Buckets || _bucketCopies.ContainsKey(key)
            || Array.BinarySearch(_buckets, _nextBucket, _buckets.Length - _nextBucket, key) < 0)
            return;
        var copy = BucketCodec.Encode(_engine.ReadBucket(key));
        _bucketCopies.Add(key, copy);
        CopiedBytes += copy.Length;
    }

    /// <inheritdoc/>
    public void BeforeChange(long section)
    {
        if (_stage > Stage.Rows || _sectionCopies.ContainsKey(section)
            || Array.BinarySearch(_sections, _nextSection, _sections.Length - _nextSection, section) < 0)
            return;
        SessionRow[] copy = [.. _sessions.ReadSection(section)];
        _sectionCopies.Add(section, copy);
        CopiedBytes += BytesOf(copy);
    }

    /// <summary>
    /// Writes the next slice to <paramref name="output"/>, in whole records. It has about <paramref name="bytes"/>
    /// bytes, and at least one record while there are any.
    /// </summary>
    /// <returns>Whether that was the last slice.</returns>
    public bool Step(int bytes, IBufferWriter<byte> output)
    {
        Invariant.That(!IsDropped, "a dropped snapshot is not continued");
        var end = Bytes + bytes;
        do
            WriteNext(output);
        while (Bytes < end && !IsComplete);
        return IsComplete;
    }

    /// <summary>Frees copies and digests. This object need not be told of changes any more.</summary>
    public void Dispose()
    {
        _stage = Stage.Over;
        _bucketCopies.Clear();
        _sectionCopies.Clear();
        CopiedBytes = 0;
        _rows = null;
        _file.Dispose();
        _stateDigest.Dispose();
        _sessionDigest.Dispose();
    }

    private static long BytesOf(IReadOnlyList<SessionRow> rows) => rows.Sum(row => SessionCodec.RowFixedSize + row.Reply.Length);

    private void WriteNext(IBufferWriter<byte> output)
    {
        switch (_stage)
        {
            case Stage.Header:
                SnapshotFormat.WriteHeader(Header, _record);
                Emit(output);
                _stage = Stage.Buckets;
                break;
            case Stage.Buckets when _nextBucket < _buckets.Length:
                var bucket = TakeBucket(_buckets[_nextBucket++]);
                _stateDigest.AddBucket(bucket);
                WriteRecord(SnapshotRecord.Bucket, bucket, output);
                break;
            case Stage.Buckets:
                _stage = Stage.FrontEnds;
                break;
            case Stage.FrontEnds:
                _stateDigest.AddSection(new StateSection(StateSection.FrontEnds, SHA256.HashData(_frontEnds.WrittenSpan)));
                WriteRecord(SnapshotRecord.FrontEnds, _frontEnds.WrittenSpan, output);
                _stage = Stage.Rows;
                break;
            case Stage.Rows when NextRow() is { } row:
                WriteRow(row, output);
                break;
            case Stage.Rows:
                _stateDigest.AddSection(new StateSection(StateSection.Sessions, _sessionDigest.Finish()));
                _stage = Stage.End;
                break;
            case Stage.End:
                WriteEnd(output);
                break;
        }
    }

    private byte[] TakeBucket(BucketKey key)
    {
        if (!_bucketCopies.Remove(key, out var bytes))
            return BucketCodec.Encode(_engine.ReadBucket(key));
        CopiedBytes -= bytes.Length;
        return bytes;
    }

    private SessionRow? NextRow()
    {
        while (_rows is null || _nextRow == _rows.Length)
        {
            if (_nextSection == _sections.Length)
                return null;
            var section = _sections[_nextSection++];
            _nextRow = 0;
            if (_sectionCopies.Remove(section, out var copy))
                CopiedBytes -= BytesOf(copy);

            // Rows never change, so a copy of the list is enough while the section is being written.
            _rows = copy ?? [.. _sessions.ReadSection(section)];
        }

        return _rows[_nextRow++];
    }

    private void WriteRow(SessionRow row, IBufferWriter<byte> output)
    {
        var size = SessionCodec.RowFixedSize + row.Reply.Length;
        SnapshotFormat.WriteRecordHead(SnapshotRecord.Row, size, _record);
        SessionCodec.Write(row, _record);
        _sessionDigest.AddRow(row.Section, _record.WrittenSpan[SnapshotFormat.RecordHeadSize..]);
        Emit(output);
    }

    private void WriteEnd(IBufferWriter<byte> output)
    {
        StateDigest = _stateDigest.Finish();
        SnapshotFormat.WriteRecordHead(SnapshotRecord.End, SnapshotFormat.EndSize, _record);
        _record.Write(StateDigest);
        _file.AppendData(_record.WrittenSpan);
        _record.Write(_file.GetHashAndReset());
        Bytes += _record.WrittenCount;
        output.Write(_record.WrittenSpan);
        Dispose();
    }

    private void WriteRecord(SnapshotRecord kind, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        SnapshotFormat.WriteRecordHead(kind, body.Length, _record);
        _record.Write(body);
        Emit(output);
    }

    private void Emit(IBufferWriter<byte> output)
    {
        _file.AppendData(_record.WrittenSpan);
        Bytes += _record.WrittenCount;
        output.Write(_record.WrittenSpan);
        _record.ResetWrittenCount();
    }
}
