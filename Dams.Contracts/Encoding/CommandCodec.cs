using Dams.Bytes;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Encoding;

/// <summary>
/// The canonical encoding of commands: exactly one encoding per value, little-endian, no padding.
/// <code>
/// command  := opcode u8, caller (admin u8, hospital u8, number u16), then by opcode:
///   1 Add      slot, capacity i32        5 Schedule patient
///   2 Remove   slot                      6 Cancel   patient, id
///   3 List     type u8                   7 Swap     patient, slot (old), slot (new)
///   4 Book     patient, slot
/// patient  := hospital u8, number u16    id := hospital u8, day number i32, time u8    slot := id, type u8
/// </code>
/// Reading never throws: any bytes give a command or false. A command that was read is written back as the same bytes.
/// </summary>
public static class CommandCodec
{
    /// <summary>The length of the longest command, in bytes.</summary>
    public const int SizeMax = 32;

    /// <summary>The opcode of a command: its number on the wire.</summary>
    public static byte OpcodeOf(Command command) => command switch
    {
        AddAppointment => 1,
        RemoveAppointment => 2,
        ListAppointmentAvailability => 3,
        BookAppointment => 4,
        GetAppointmentSchedule => 5,
        CancelAppointment => 6,
        SwapAppointment => 7,
        _ => throw new ArgumentException($"no opcode for {command.GetType().Name}", nameof(command)),
    };

    /// <summary>Whether the command of an opcode is a write: <see cref="Command.IsWrite"/> without reading the command.</summary>
    public static bool IsWrite(byte opcode) => opcode is not (3 or 5);

    /// <summary>The bytes of a command.</summary>
    public static byte[] Encode(Command command)
    {
        Span<byte> buffer = stackalloc byte[SizeMax];
        var writer = new ByteWriter(buffer);
        writer.Byte(OpcodeOf(command));
        writer.Caller(command.Caller);
        switch (command)
        {
            case AddAppointment add: writer.Slot(add.Slot); writer.Int32(add.Capacity); break;
            case RemoveAppointment remove: writer.Slot(remove.Slot); break;
            case ListAppointmentAvailability list: writer.Byte((byte)list.Type); break;
            case BookAppointment book: writer.Patient(book.Patient); writer.Slot(book.Slot); break;
            case GetAppointmentSchedule schedule: writer.Patient(schedule.Patient); break;
            case CancelAppointment cancel: writer.Patient(cancel.Patient); writer.Id(cancel.Id); break;
            case SwapAppointment swap: writer.Patient(swap.Patient); writer.Slot(swap.Old); writer.Slot(swap.New); break;
            default: throw new ArgumentException($"no encoding for {command.GetType().Name}", nameof(command));
        }

        return buffer[..writer.Position].ToArray();
    }

    /// <summary>Reads a command; false for anything that <see cref="Encode"/> can't have written.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Command? command)
    {
        command = null;
        var reader = new ByteReader(bytes);
        var opcode = reader.Byte();
        var caller = reader.Caller();
        Command? read = null;
        switch (opcode)
        {
            case 1:
                var slot = reader.Slot();
                var capacity = reader.Int32();
                if (capacity is < 1 or > AddAppointment.CapacityMax)
                    return false;
                read = new AddAppointment(caller, slot, capacity);
                break;
            case 2: read = new RemoveAppointment(caller, reader.Slot()); break;
            case 3: read = new ListAppointmentAvailability(caller, reader.Type()); break;
            case 4: read = new BookAppointment(caller, reader.Patient(), reader.Slot()); break;
            case 5: read = new GetAppointmentSchedule(caller, reader.Patient()); break;
            case 6: read = new CancelAppointment(caller, reader.Patient(), reader.Id()); break;
            case 7: read = new SwapAppointment(caller, reader.Patient(), reader.Slot(), reader.Slot()); break;
        }

        if (!reader.IsComplete || read is null)
            return false;
        command = read;
        return true;
    }
}
