using System.Buffers.Binary;

namespace Dams.Ordering;

/// <summary>The payload of a SKIP entry: the entry that it passes over.</summary>
/// <param name="Seq">The entry that nobody executes any more.</param>
public readonly record struct SkippedEntry(SequenceNumber Seq)
{
    /// <summary>Makes the request of a SKIP.</summary>
    /// <param name="place">The number that the SKIP itself will have. It tells two SKIPs apart.</param>
    public Request ToRequest(SequenceNumber place)
    {
        var payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, Seq.Value);
        const byte kind = (byte)EntryKind.Skip;
        return new Request(
            new RequestKey(byte.MaxValue, kind, (ulong)place.Value), 0, default, 0, kind, Request.DigestOf(kind, payload), payload);
    }

    /// <summary>Reads a SKIP. Returns false for any other entry, and for a SKIP that names no entry before itself.</summary>
    public static bool TryRead(Entry entry, out SkippedEntry skipped)
    {
        skipped = default;
        if (entry.Kind != EntryKind.Skip || entry.Request.Payload.Length != sizeof(long))
            return false;
        skipped = new SkippedEntry(new SequenceNumber(BinaryPrimitives.ReadInt64LittleEndian(entry.Request.Payload.Span)));
        return skipped.Seq > SequenceNumber.Zero && skipped.Seq < entry.Seq;
    }
}
