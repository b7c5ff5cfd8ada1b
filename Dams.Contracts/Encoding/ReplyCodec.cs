using Dams.Bytes;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Encoding;

/// <summary>
/// The canonical encoding of replies: exactly one encoding per value, little-endian, no padding. Two replies are equal when their bytes
/// are.
/// <code>
/// reply := tag u8 (the opcode of the command, or 0 for a refusal), then
///   0 refusal u8                                   4 outcome u8
///   1 outcome u8                                   5 count i32, slot*
///   2 outcome u8, count i32, relocation*           6 outcome u8, type u8 if cancelled
///   3 count i32, (slot, capacity i32, left i32)*   7 outcome u8
/// relocation := patient, has u8, id if has
/// </code>
/// </summary>
public static class ReplyCodec
{
    private const int SlotSize = 7;
    private const int AvailabilitySize = SlotSize + 8;
    private const int RelocationSizeMin = 4;
    private const int RelocationSizeMax = 10;
    private const int FixedSizeMax = 8;

    /// <summary>The bytes of a reply.</summary>
    public static byte[] Encode(Reply reply)
    {
        var bound = FixedSizeMax + reply switch
        {
            RemoveReply remove => remove.Relocations.Count * RelocationSizeMax,
            ListReply list => list.Slots.Count * AvailabilitySize,
            ScheduleReply schedule => schedule.Bookings.Count * SlotSize,
            _ => 0,
        };
        Span<byte> buffer = bound <= 512 ? stackalloc byte[bound] : new byte[bound];
        var writer = new ByteWriter(buffer);
        switch (reply)
        {
            case RefusedReply refused: writer.Byte(0); writer.Byte((byte)refused.Refusal); break;
            case AddReply add: writer.Byte(1); writer.Byte((byte)add.Outcome); break;
            case RemoveReply remove:
                writer.Byte(2);
                writer.Byte((byte)remove.Outcome);
                writer.Int32(remove.Relocations.Count);
                foreach (var relocation in remove.Relocations)
                {
                    writer.Patient(relocation.Patient);
                    writer.Bool(relocation.NewId is not null);
                    if (relocation.NewId is { } id)
                        writer.Id(id);
                }

                break;
            case ListReply list:
                writer.Byte(3);
                writer.Int32(list.Slots.Count);
                foreach (var slot in list.Slots)
                {
                    writer.Slot(slot.Slot);
                    writer.Int32(slot.Capacity);
                    writer.Int32(slot.Remaining);
                }

                break;
            case BookReply book: writer.Byte(4); writer.Byte((byte)book.Outcome); break;
            case ScheduleReply schedule:
                writer.Byte(5);
                writer.Int32(schedule.Bookings.Count);
                foreach (var slot in schedule.Bookings)
                    writer.Slot(slot);
                break;
            case CancelReply cancel:
                writer.Byte(6);
                writer.Byte((byte)cancel.Outcome);
                if (cancel.Outcome == CancelOutcome.Cancelled)
                    writer.Byte((byte)(cancel.Type ?? throw new ArgumentException("a cancelled booking has a type", nameof(reply))));
                break;
            case SwapReply swap: writer.Byte(7); writer.Byte((byte)swap.Outcome); break;
            default: throw new ArgumentException($"no encoding for {reply.GetType().Name}", nameof(reply));
        }

        return buffer[..writer.Position].ToArray();
    }

    /// <summary>Reads a reply; false for anything that <see cref="Encode"/> can't have written.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Reply? reply)
    {
        reply = null;
        var reader = new ByteReader(bytes);
        Reply? read = null;
        switch (reader.Byte())
        {
            case 0 when !bytes.IsEmpty: read = new RefusedReply((Refusal)reader.ByteUpTo((byte)Refusal.SessionRetired)); break;
            case 1: read = new AddReply((AddOutcome)reader.ByteUpTo((byte)AddOutcome.AlreadyExists)); break;
            case 2: read = ReadRemove(ref reader); break;
            case 3: read = ReadList(ref reader); break;
            case 4: read = new BookReply((BookOutcome)reader.ByteUpTo((byte)BookOutcome.WeeklyLimit)); break;
            case 5: read = ReadSchedule(ref reader); break;
            case 6:
                var outcome = (CancelOutcome)reader.ByteUpTo((byte)CancelOutcome.NotBooked);
                read = new CancelReply(outcome, outcome == CancelOutcome.Cancelled ? reader.Type() : null);
                break;
            case 7: read = new SwapReply((SwapOutcome)reader.ByteUpTo((byte)SwapOutcome.WeeklyLimit)); break;
        }

        if (!reader.IsComplete || read is null)
            return false;
        reply = read;
        return true;
    }

    private static RemoveReply? ReadRemove(ref ByteReader reader)
    {
        var outcome = (RemoveOutcome)reader.ByteUpTo((byte)RemoveOutcome.NotFound);
        if (!TryCount(ref reader, RelocationSizeMin, out var count) || (outcome == RemoveOutcome.NotFound && count != 0))
            return null;
        var relocations = new Relocation[count];
        for (var i = 0; i < count; i++)
        {
            var patient = reader.Patient();
            relocations[i] = new Relocation(patient, reader.Bool() ? reader.Id() : null);
        }

        return new RemoveReply(outcome, ReplyList.Create<Relocation>(relocations));
    }

    private static ListReply? ReadList(ref ByteReader reader)
    {
        if (!TryCount(ref reader, AvailabilitySize, out var count))
            return null;
        var slots = new SlotAvailability[count];
        for (var i = 0; i < count; i++)
            slots[i] = new SlotAvailability(reader.Slot(), reader.Int32(), reader.Int32());
        return new ListReply(ReplyList.Create<SlotAvailability>(slots));
    }

    private static ScheduleReply? ReadSchedule(ref ByteReader reader)
    {
        if (!TryCount(ref reader, SlotSize, out var count))
            return null;
        var slots = new Slot[count];
        for (var i = 0; i < count; i++)
            slots[i] = reader.Slot();
        return new ScheduleReply(ReplyList.Create<Slot>(slots));
    }

    /// <summary>
    /// Reads a count. The remaining bytes must be able to hold that many elements, so that a forged count allocates nothing.
    /// </summary>
    private static bool TryCount(ref ByteReader reader, int elementSizeMin, out int count)
    {
        count = reader.Int32();
        return reader.IsGood && count >= 0 && (long)count * elementSizeMin <= reader.Left;
    }
}
