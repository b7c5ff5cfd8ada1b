namespace Dams.Ordering.Storage;

/// <summary>
/// Encodes batches as frames, in memory that it uses again. A long batch makes it longer; memory for an unusually long
/// one is given back. Owner's thread.
/// </summary>
internal sealed class FrameBuffer
{
    private const int BytesUsual = 64 * 1024;
    private const int BytesKept = 4 * 1024 * 1024;

    private readonly List<uint> _offsets = [];
    private byte[] _bytes = new byte[BytesUsual];

    /// <summary>Where each entry of the last frame begins, in bytes from the start of the frame.</summary>
    public IReadOnlyList<uint> Offsets => _offsets;

    /// <summary>Encodes a frame, without its checksum.</summary>
    /// <param name="content">The batch.</param>
    /// <param name="batch">The number of the batch.</param>
    /// <param name="flushedThrough">The last batch that is durable.</param>
    /// <param name="commitHint">A number known to be committed.</param>
    /// <returns>The frame, padding included. It is valid until the next call of any method.</returns>
    /// <exception cref="InvariantBrokenException">The batch is longer than the largest segment.</exception>
    public Span<byte> Encode(in FrameContent content, ulong batch, ulong flushedThrough, SequenceNumber commitHint)
    {
        var bound = LogFormat.FrameBytesMax(content.Entries);
        Invariant.That(bound <= DurableLogOptions.SegmentBytesMax - LogFormat.HeaderSize, "a batch fits the largest segment");
        if (_bytes.Length < bound)
            _bytes = new byte[Math.Max(bound, Math.Min(2L * _bytes.Length, BytesKept))];
        var header = new LogFormat.FrameHeader(0, content.Flags, batch, flushedThrough, commitHint, content.Entries.Count);
        var length = LogFormat.WriteFrame(
            _bytes, header, content.Cut ?? default, content.Trim ?? default, content.Record, content.Entries, _offsets);
        return _bytes.AsSpan(0, length);
    }

    /// <summary>Gives the memory of an unusually long frame back.</summary>
    public void Shrink()
    {
        if (_bytes.Length > BytesKept)
            _bytes = new byte[BytesUsual];
    }
}
