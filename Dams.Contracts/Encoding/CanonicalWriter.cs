using System.Buffers.Binary;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Encoding;

/// <summary>Writes the primitives of the canonical encoding into a span that is large enough: little-endian, no padding.</summary>
internal ref struct CanonicalWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Position { get; private set; }

    public void Byte(byte value) => _buffer[Position++] = value;

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Position..], value);
        Position += sizeof(ushort);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer[Position..], value);
        Position += sizeof(int);
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer[Position..], value);
        Position += sizeof(long);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Position..], value);
        Position += sizeof(ulong);
    }

    public void Caller(CallerId caller)
    {
        Byte(caller.IsAdmin ? (byte)1 : (byte)0);
        Byte((byte)caller.Hospital);
        UInt16(caller.Number);
    }

    public void Patient(PatientId patient)
    {
        Byte((byte)patient.Home);
        UInt16(patient.Number);
    }

    public void Id(AppointmentId id)
    {
        Byte((byte)id.Hospital);
        Int32(id.Date.DayNumber);
        Byte((byte)id.Time);
    }

    public void Slot(Slot slot)
    {
        Id(slot.Id);
        Byte((byte)slot.Type);
    }
}
