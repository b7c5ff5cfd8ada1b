using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// Reads the bytes of a snapshot as they come, counts them and adds them to the digest of the file. It never holds more
/// than one record in memory.
/// </summary>
internal sealed class SnapshotInput(Stream stream, long bytesMax) : IDisposable
{
    private const int FirstBuffer = 64 * 1024;
    private const int MagicAndFormatSize = 8 + sizeof(ushort);

    private readonly IncrementalHash _file = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[FirstBuffer];
    private long _partOffset;

    /// <summary>Bytes taken so far.</summary>
    public long Offset { get; private set; }

    /// <summary>Rejects the snapshot because of the part that is being read.</summary>
    public SnapshotRefusedException Refusal(SnapshotProblem problem, string detail) =>
        new(new SnapshotRefused(problem, _partOffset, detail));

    /// <summary>Reads the fixed part of the header. Rejects a file that is no snapshot before it asks for more of it.</summary>
    public ReadOnlySpan<byte> ReadHeader()
    {
        var bytes = _buffer.AsSpan(0, SnapshotFormat.HeaderFixedSize);
        Take(bytes[..MagicAndFormatSize], SnapshotProblem.NotASnapshot);
        if (!bytes.StartsWith(SnapshotFormat.Magic))
            throw Refusal(SnapshotProblem.NotASnapshot, "it does not begin like a snapshot");
        var format = BinaryPrimitives.ReadUInt16LittleEndian(bytes[SnapshotFormat.Magic.Length..]);
        if (format != SnapshotFormat.Format)
            throw Refusal(SnapshotProblem.UnknownFormat, $"it has format {format}; this program knows format {SnapshotFormat.Format}");
        Take(bytes[MagicAndFormatSize..]);
        _file.AppendData(bytes);
        return bytes;
    }

    /// <summary>Reads the rest of the header, which is the view.</summary>
    public ReadOnlySpan<byte> ReadView(int length) => ReadHashed(length);

    /// <summary>Reads a record. The body is valid until the next read. The body of the last record is the state digest.</summary>
    public SnapshotRecord ReadRecord(out ReadOnlySpan<byte> body)
    {
        _partOffset = Offset;
        var head = ReadHashed(SnapshotFormat.RecordHeadSize);
        var kind = (SnapshotRecord)head[0];
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        if (kind is < SnapshotRecord.Bucket or > SnapshotRecord.End)
            throw Refusal(SnapshotProblem.Malformed, $"a record has the unknown kind {head[0]}");
        if (kind == SnapshotRecord.End && length != SnapshotFormat.EndSize)
            throw Refusal(SnapshotProblem.Malformed, $"the last record has {length} bytes");
        if (length is < 0 or > SnapshotFormat.BodyBytesMax)
            throw Refusal(SnapshotProblem.TooLong, $"a record has {length} bytes; at most {SnapshotFormat.BodyBytesMax} are possible");
        body = ReadHashed(kind == SnapshotRecord.End ? StateDigester.DigestSize : length);
        return kind;
    }

    /// <summary>Reads the digest at the end. Makes sure that no byte was damaged and that nothing follows.</summary>
    public void ReadFileDigest()
    {
        var expected = _file.GetHashAndReset();
        Span<byte> claimed = stackalloc byte[SnapshotFormat.FileDigestSize];
        Take(claimed);
        if (!claimed.SequenceEqual(expected))
            throw Refusal(SnapshotProblem.Damaged, "its bytes do not have the digest at its end");
        _partOffset = Offset;
        if (Read(claimed[..1]) != 0)
            throw Refusal(SnapshotProblem.TooLong, "there are more bytes after the end");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private ReadOnlySpan<byte> ReadHashed(int length)
    {
        // The buffer grows only with bytes that have really come, so a false length allocates little.
        var taken = 0;
        while (taken < length)
        {
            if (taken == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            var part = _buffer.AsSpan(taken, Math.Min(_buffer.Length, length) - taken);
            Take(part);
            taken += part.Length;
        }

        var bytes = _buffer.AsSpan(0, length);
        _file.AppendData(bytes);
        return bytes;
    }

    private void Take(Span<byte> destination, SnapshotProblem ifShort = SnapshotProblem.Truncated)
    {
        if (Offset + destination.Length > bytesMax)
            throw Refusal(SnapshotProblem.TooLong, $"it is longer than {bytesMax} bytes");
        var taken = 0;
        while (taken < destination.Length)
        {
            var read = Read(destination[taken..]);
            if (read == 0)
                throw Refusal(ifShort, $"it ends at byte {Offset + taken}");
            taken += read;
        }

        Offset += taken;
    }

    private int Read(Span<byte> destination)
    {
        try
        {
            return stream.Read(destination);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException or TimeoutException)
        {
            throw Refusal(SnapshotProblem.Unreadable, exception.Message);
        }
    }
}
