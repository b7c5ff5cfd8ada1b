using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.Tests.Simulated;

/// <summary>
/// The batch that was being written when the power went: its frame, as in the file, without some of its sectors. A batch counts as a
/// whole or not at all, whatever is left of its entries. Half of an installation would be no log of any epoch. The checksum of the
/// frame has to ensure that.
/// </summary>
internal static class TornBatch
{
    private const ulong Salt = 0x5A17;
    private const int SectorSize = 64;

    /// <summary>Takes some bytes of a batch away.</summary>
    /// <returns>Whether the batch counts as written, because only zeros were lost.</returns>
    public static bool IsWhole(LogBatch batch, long number, SeededRandom random)
    {
        var bytes = new byte[LogFormat.FrameBytesMax(batch.Entries)];
        var flags = (batch.CutTo is null ? LogFormat.FrameFlags.None : LogFormat.FrameFlags.Cut)
            | (batch.Record is null ? LogFormat.FrameFlags.None : LogFormat.FrameFlags.Record);
        var cut = new ChainPoint(batch.CutTo ?? SequenceNumber.Zero, Chain.Genesis);
        var header = new LogFormat.FrameHeader(0, flags, (ulong)number, (ulong)number - 1, batch.CommitHint, batch.Entries.Count);
        var frame = bytes.AsSpan(0, LogFormat.WriteFrame(bytes, header, cut, default, batch.Record, batch.Entries, []));
        LogFormat.SealFrame(frame, Salt);
        var written = frame.ToArray();
        // The missing bytes may be at the end or in the middle, because sectors reach the disk in any order.
        var from = random.Below(frame.Length);
        var to = random.Chance(500) ? frame.Length : Math.Min(frame.Length, from + SectorSize);
        frame[from..to].Clear();
        var counts = LogFormat.FrameLength(frame) == frame.Length && LogFormat.TryReadFrame(frame, Salt, out _);
        Broken.Unless(
            counts == frame.SequenceEqual(written),
            $"a frame of {frame.Length} bytes that lacks bytes {from} to {to} is read as a whole frame");
        return counts;
    }
}
