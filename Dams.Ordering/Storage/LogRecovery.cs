using Dams.Bytes;
using Dams.Ordering.Messages;
using Microsoft.Win32.SafeHandles;

namespace Dams.Ordering.Storage;

/// <summary>
/// Reads a data folder back, and checks every checksum, every number and the whole hash chain. The end of the last
/// segment may be torn: a crash does that to bytes that were never reported as durable. Anything else that does not fit
/// is rejected. The segments that it finds become the log's, even if one of them is rejected.
/// </summary>
internal sealed class LogRecovery(DurableLogOptions options, FlushMark mark, LogSegments segments, Action<Entry> onEntry)
{
    private const int WindowBytes = 1024 * 1024;

    private ulong _durable;

    /// <summary>The state that is left after all entries were appended, cut and trimmed.</summary>
    public LogState State { get; private set; }

    public ulong LastBatch { get; private set; }

    public TornTail? Torn { get; private set; }

    private IReadOnlyList<LogSegment> Segments => segments.All;

    /// <summary>Reads the folder.</summary>
    /// <returns>False if there is no log in it.</returns>
    /// <exception cref="LogCorruptException">Durable bytes are wrong or missing.</exception>
    public bool Run()
    {
        OpenSegments();
        if (Segments.Count == 0)
            return false;
        var first = Segments[0].Header;
        _durable = mark.BatchOf(first.State.Record.Incarnation);
        State = first.State;
        LastBatch = first.FirstBatch - 1;
        for (var i = 0; i < Segments.Count; i++)
        {
            var segment = Segments[i];
            if (segment.Header.FirstBatch != LastBatch + 1 || segment.Header.State != State)
                throw Corrupt(segment, 0, $"the state after batch {LastBatch}", "another state");
            ReadSegment(segment, i + 1 < Segments.Count ? Segments[i + 1] : null);
        }

        VerifyCoverage();
        return true;
    }

    private void OpenSegments()
    {
        var found = new List<(ulong Number, string Path)>();
        foreach (var path in Directory.EnumerateFiles(options.Folder, "*" + LogSegment.Extension))
        {
            if (!LogSegment.TryParseNumber(path, out var number))
                throw new LogCorruptException(path, 0, "only segments of the log under this extension", "another file");
            found.Add((number, path));
        }

        found.Sort();
        Span<byte> bytes = stackalloc byte[LogFormat.HeaderSize];
        foreach (var (number, path) in found)
        {
            if (Segments.Count > 0 && number != segments.Active.Header.Number + 1)
                throw new LogCorruptException(path, 0, $"segment {segments.Active.Header.Number + 1} before it", "a gap");
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            var read = RandomAccess.Read(handle, bytes, 0);
            var problem = LogFormat.TryReadHeader(bytes[..read], out var header);
            if (problem is null && header.Number != number)
                problem = $"the header of segment {header.Number}";
            if (problem is not null)
            {
                handle.Dispose();
                throw new LogCorruptException(path, 0, "the header of a segment", problem);
            }

            segments.Add(new LogSegment(path, handle, header));
        }
    }

    private void ReadSegment(LogSegment segment, LogSegment? next)
    {
        using var window = new Window(segment.Handle);
        var durableEnd = segment.End;
        while (next is null || LastBatch + 1 < next.Header.FirstBatch)
        {
            var frame = NextFrame(window, segment, out var header);
            if (frame.IsEmpty || header.Batch != LastBatch + 1)
            {
                if (next is not null)
                    throw Corrupt(segment, segment.End, $"batch {LastBatch + 1}", "something else");
                CutTail(window, segment, durableEnd);
                return;
            }

            Apply(segment, frame, header);
            LastBatch = header.Batch;
            segment.End += frame.Length;
            if (LastBatch <= _durable)
                durableEnd = segment.End;
        }
    }

    private static ReadOnlySpan<byte> NextFrame(Window window, LogSegment segment, out LogFormat.FrameHeader header)
    {
        header = default;
        var start = window.Get(segment.End, LogFormat.FrameHeaderSize);
        var length = LogFormat.FrameLength(start);
        if (length == 0 || segment.End + length > segment.Header.Capacity)
            return [];
        var frame = window.Get(segment.End, length);
        return LogFormat.TryReadFrame(frame, segment.Header.Salt, out header) ? frame : [];
    }

    private void Apply(LogSegment segment, ReadOnlySpan<byte> frame, in LogFormat.FrameHeader header)
    {
        var state = State;
        var reader = new ByteReader(frame[LogFormat.FrameHeaderSize..]);
        if (header.Flags.HasFlag(LogFormat.FrameFlags.Cut))
        {
            state = state with { Last = LogFormat.ReadPoint(ref reader) };
            segments.CutTo(state.Last.Seq);
        }

        if (header.Flags.HasFlag(LogFormat.FrameFlags.Trim))
        {
            state = state with { Base = LogFormat.ReadPoint(ref reader) };
            if (state.Base.Seq > state.Last.Seq)
            {
                state = state with { Last = state.Base };
                segments.CutTo(SequenceNumber.Zero);
            }
        }

        if (header.Flags.HasFlag(LogFormat.FrameFlags.Record))
        {
            var record = LogFormat.ReadRecord(reader.Span(ushort.MaxValue));
            if (record is null)
                throw Corrupt(segment, segment.End, "a record", "bytes that are no record");
            state = state with { Record = record };
        }

        if (!reader.IsGood)
            throw Corrupt(segment, segment.End, "a batch", "a shorter one");
        var at = frame.Length - reader.Left;
        for (var i = 0; i < header.EntryCount; i++)
        {
            var entry = LogFormat.ReadEntry(frame[at..], verifySum: false, out var size);
            if (entry is null)
                throw Corrupt(segment, segment.End + at, "an entry", "bytes that are no entry");
            if (entry.Seq != state.Last.Seq.Next)
                throw Corrupt(segment, segment.End + at, $"entry {state.Last.Seq.Next}", $"entry {entry.Seq}");
            if (entry.Previous != state.Last.Chain)
            {
                throw Corrupt(
                    segment, segment.End + at, $"entry {entry.Seq} after chain value {state.Last.Chain}", $"one after {entry.Previous}");
            }

            segment.Append(entry.Seq.Value, (uint)(segment.End + at));
            onEntry(entry);
            state = state with { Last = new ChainPoint(entry.Seq, entry.Chain) };
            at += size;
        }

        State = state with { CommitHint = SequenceNumber.Max(state.CommitHint, header.CommitHint) };
    }

    private void CutTail(Window window, LogSegment segment, long durableEnd)
    {
        if (_durable > LastBatch)
        {
            throw Corrupt(
                segment, segment.End, $"batch {LastBatch + 1}, because the log was flushed up to batch {_durable}", "no such batch");
        }

        var garbageEnd = LastNonZero(segment) + 1;
        if (garbageEnd > segment.End)
        {
            RefuseDurableFrameBehind(window, segment, garbageEnd);
            Torn = new TornTail(segment.Path, segment.End, garbageEnd - segment.End);

            // The rest is zeroed. Otherwise an old frame in it could come to stand behind a new one of the same length, and count
            // again.
            var zeros = new byte[(int)Math.Min(WindowBytes, garbageEnd - segment.End)];
            for (var at = segment.End; at < garbageEnd; at += zeros.Length)
                RandomAccess.Write(segment.Handle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, garbageEnd - at)), at);
        }

        if (RandomAccess.GetLength(segment.Handle) < segment.Header.Capacity)
            RandomAccess.SetLength(segment.Handle, segment.Header.Capacity);
        if (options.Durability == Durability.Disk)
        {
            WriteAgain(window, segment, durableEnd);
            options.BeforeAccess?.Invoke(LogAccess.Flush);
            RandomAccess.FlushToDisk(segment.Handle);
        }
    }

    /// <summary>
    /// Writes the frames that are not known to be durable once more, at the same position. After a failed flush, the
    /// system may keep bytes in memory that the disk did not take, and mark them clean. Recovery has read them, but a
    /// flush would skip them. No other file has such frames, because the log is flushed before it continues in a new
    /// file.
    /// </summary>
    private void WriteAgain(Window window, LogSegment segment, long from)
    {
        for (int length; from < segment.End; from += length)
        {
            length = (int)Math.Min(WindowBytes, segment.End - from);
            var frames = window.Get(from, length);
            options.BeforeAccess?.Invoke(LogAccess.Write);
            RandomAccess.Write(segment.Handle, frames, from);
        }
    }

    /// <summary>
    /// A crash tears only what was not yet flushed. If a later batch says that this one was flushed, the disk has lost
    /// it.
    /// </summary>
    private void RefuseDurableFrameBehind(Window window, LogSegment segment, long garbageEnd)
    {
        var rest = window.Get(segment.End, checked((int)(garbageEnd - segment.End)));
        for (var at = LogFormat.FindMagic(rest, 0); at >= 0; at = LogFormat.FindMagic(rest, at + LogFormat.Alignment))
        {
            var length = LogFormat.FrameLength(rest[at..]);
            if (length == 0 || segment.End + at + length > segment.Header.Capacity
                || !LogFormat.IsFrameHeader(rest[at..], segment.Header.Salt)
                || !LogFormat.TryReadFrame(Padded(rest[at..], length), segment.Header.Salt, out var later))
                continue;
            if (later.FlushedThrough > LastBatch)
            {
                throw Corrupt(
                    segment, segment.End,
                    $"batch {LastBatch + 1}, which was durable according to batch {later.Batch} at byte {segment.End + at}", "other bytes");
            }
        }
    }

    /// <summary>Adds the zeros at the end of a frame, because the search for bytes that are not zero left them out.</summary>
    private static ReadOnlySpan<byte> Padded(ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.Length >= length)
            return bytes[..length];
        var padded = new byte[length];
        bytes.CopyTo(padded);
        return padded;
    }

    private static long LastNonZero(LogSegment segment)
    {
        var buffer = new byte[WindowBytes];
        var last = -1L;
        for (var at = segment.End; ;)
        {
            var read = RandomAccess.Read(segment.Handle, buffer, at);
            if (read == 0)
                return last;
            var found = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            if (found >= 0)
                last = at + found;
            at += read;
        }
    }

    /// <summary>
    /// Checks that the segments hold all entries of the log. Some are missing if, for example, somebody deleted the
    /// oldest files by hand.
    /// </summary>
    private void VerifyCoverage()
    {
        var indexed = 0L;
        foreach (var segment in Segments)
        {
            if (segment.Count > 0)
            {
                indexed = segment.FirstSeq;
                break;
            }
        }

        var missing = State.Last.Seq > State.Base.Seq && (indexed == 0 || indexed > State.Base.Seq.Value + 1);
        if (missing)
        {
            throw Corrupt(
                Segments[0], 0, $"entry {State.Base.Seq.Next}, here or in an older segment",
                indexed == 0 ? "no entry" : $"entry {indexed} as the first");
        }

        if (State.Last.Seq > State.Base.Seq)
        {
            var next = State.Base.Seq.Next;
            var entry = ReadEntry(segments.Find(next), next);
            if (entry.Previous != State.Base.Chain)
                throw Corrupt(Segments[0], 0, $"entry {entry.Seq} after chain value {State.Base.Chain}", $"one after {entry.Previous}");
        }
    }

    private static Entry ReadEntry(LogSegment segment, SequenceNumber seq)
    {
        var bytes = new byte[LogFormat.EntryBytesMax];
        var offset = segment.OffsetOf(seq.Value);
        var read = RandomAccess.Read(segment.Handle, bytes, offset);
        return LogFormat.ReadEntry(bytes.AsSpan(0, read), verifySum: true, out _)
            ?? throw Corrupt(segment, offset, $"entry {seq}", "other bytes");
    }

    private static LogCorruptException Corrupt(LogSegment segment, long offset, string expected, string found) =>
        new(segment.Path, offset, expected, found);

    /// <summary>A piece of a file in memory. Bytes behind the end of the file read as zeros.</summary>
    private sealed class Window(SafeFileHandle file) : IDisposable
    {
        private byte[] _buffer = new byte[WindowBytes];
        private long _start;
        private int _length;

        public ReadOnlySpan<byte> Get(long offset, int length)
        {
            if (offset < _start || offset + length > _start + _length)
                Load(offset, length);
            return _buffer.AsSpan((int)(offset - _start), length);
        }

        public void Dispose() => _buffer = [];

        private void Load(long offset, int length)
        {
            if (_buffer.Length < length)
                _buffer = new byte[length];
            _start = offset;
            var filled = 0;
            while (filled < _buffer.Length)
            {
                var read = RandomAccess.Read(file, _buffer.AsSpan(filled), offset + filled);
                if (read == 0)
                    break;
                filled += read;
            }

            _buffer.AsSpan(filled).Clear();
            _length = _buffer.Length;
        }
    }
}
