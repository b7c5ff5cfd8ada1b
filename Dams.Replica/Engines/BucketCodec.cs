using Dams.Bytes;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;

namespace Dams.Replica.Engines;

/// <summary>
/// The canonical encoding of buckets, for digests and snapshots: exactly one encoding per value, little-endian, no padding.
/// <code>
/// bucket := hospital u8, day number i32, slot count u8 (1 to 9), slot*
/// slot   := time u8, type u8, capacity i32, holder count i32, patient*        patient := hospital u8, number u16
/// </code>
/// Slots come in slot order, each once. Holders come in booking order, each once, and are no more than the capacity. A bucket without
/// slots has no bytes: a state does not contain it. Reading never throws: any bytes give false, or a bucket that is written back as the
/// same bytes.
/// </summary>
public static class BucketCodec
{
    /// <summary>Length of <see cref="EncodeKey"/>, in bytes.</summary>
    public const int KeySize = 5;

    /// <summary>The most slots of one hospital and date: three times of day, three types.</summary>
    public const int SlotsMax = 9;

    private const int HeaderSize = KeySize + 1;
    private const int SlotSizeMin = 10;
    private const int PatientSize = 3;

    /// <summary>
    /// Writes the first bytes of a bucket, which name it. These bytes do not sort as keys do. The destination must have at least
    /// <see cref="KeySize"/> bytes.
    /// </summary>
    public static void EncodeKey(BucketKey key, Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        writer.Byte((byte)key.Hospital);
        writer.Int32(key.Date.DayNumber);
    }

    /// <summary>The bytes of a bucket.</summary>
    /// <exception cref="ArgumentException">The bucket has no slot.</exception>
    public static byte[] Encode(Bucket bucket)
    {
        if (bucket.Slots.Count == 0)
            throw new ArgumentException("a bucket without slots is absent, and has no bytes", nameof(bucket));
        var size = HeaderSize;
        foreach (var slot in bucket.Slots)
            size += SlotSizeMin + slot.Holders.Count * PatientSize;
        var bytes = new byte[size];
        EncodeKey(bucket.Key, bytes);
        var writer = new ByteWriter(bytes.AsSpan(KeySize));
        writer.Byte((byte)bucket.Slots.Count);
        foreach (var slot in bucket.Slots)
        {
            writer.Byte((byte)slot.Slot.Id.Time);
            writer.Byte((byte)slot.Slot.Type);
            writer.Int32(slot.Capacity);
            writer.Int32(slot.Holders.Count);
            foreach (var holder in slot.Holders)
                writer.Patient(holder);
        }

        return bytes;
    }

    /// <summary>
    /// Reads a bucket; false for anything that <see cref="Encode"/> can't have written for a bucket that obeys its own rules.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Bucket? bucket)
    {
        bucket = null;
        var reader = new ByteReader(bytes);
        var key = new BucketKey(reader.Hospital(), reader.Date());
        var count = reader.ByteUpTo(SlotsMax);
        if (!reader.IsGood || count == 0)
            return false;
        var slots = new SlotState[count];
        for (var i = 0; i < count; i++)
        {
            if (ReadSlot(ref reader, key) is not { } slot || (i > 0 && slot.Slot <= slots[i - 1].Slot))
                return false;
            slots[i] = slot;
        }

        if (!reader.IsComplete)
            return false;
        bucket = new Bucket(key, ReplyList.Create<SlotState>(slots));
        return true;
    }

    private static SlotState? ReadSlot(ref ByteReader reader, BucketKey key)
    {
        var time = reader.Time();
        var type = reader.Type();
        var capacity = reader.Int32();
        var count = reader.Int32();

        // The remaining bytes must be able to hold that many patients, so that a forged count allocates nothing.
        if (!reader.IsGood
            || capacity is < 1 or > AddAppointment.CapacityMax
            || count < 0
            || count > capacity
            || (long)count * PatientSize > reader.Left)
        {
            return null;
        }

        var holders = new PatientId[count];
        var seen = new HashSet<PatientId>(count);
        for (var i = 0; i < count; i++)
        {
            holders[i] = reader.Patient();
            if (!reader.IsGood || !seen.Add(holders[i]))
                return null;
        }

        return new SlotState(
            new Slot(new AppointmentId(key.Hospital, key.Date, time), type), capacity, ReplyList.Create<PatientId>(holders));
    }
}
