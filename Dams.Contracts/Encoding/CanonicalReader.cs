using System.Buffers.Binary;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Encoding;

/// <summary>
/// Reads the primitives of the canonical encoding. Never throws: after the first value that is missing or out of its range, the reader
/// gives defaults and is no longer <see cref="IsGood"/>.
/// </summary>
internal ref struct CanonicalReader(ReadOnlySpan<byte> bytes)
{
    private const ushort PersonNumberMax = 9999;
    private static readonly int FirstDay = new DateOnly(2000, 1, 1).DayNumber;
    private static readonly int LastDay = new DateOnly(2099, 12, 31).DayNumber;
    private ReadOnlySpan<byte> _rest = bytes;
    private bool _bad;

    /// <summary>Whether every value read so far was there and in range.</summary>
    public readonly bool IsGood => !_bad;

    /// <summary>Whether the reader is good and no bytes are left.</summary>
    public readonly bool IsComplete => !_bad && _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => _rest.Length;

    public byte Byte() => TryTake(sizeof(byte), out var taken) ? taken[0] : (byte)0;

    public byte ByteUpTo(byte max)
    {
        var value = Byte();
        if (value <= max)
            return value;
        _bad = true;
        return 0;
    }

    public byte ByteBetween(byte min, byte max)
    {
        var value = Byte();
        if (value >= min && value <= max)
            return value;
        _bad = true;
        return min;
    }

    public ushort UInt16() => TryTake(sizeof(ushort), out var taken) ? BinaryPrimitives.ReadUInt16LittleEndian(taken) : (ushort)0;

    public int Int32() => TryTake(sizeof(int), out var taken) ? BinaryPrimitives.ReadInt32LittleEndian(taken) : 0;

    public long Int64() => TryTake(sizeof(long), out var taken) ? BinaryPrimitives.ReadInt64LittleEndian(taken) : 0;

    public ulong UInt64() => TryTake(sizeof(ulong), out var taken) ? BinaryPrimitives.ReadUInt64LittleEndian(taken) : 0;

    public AppointmentType Type() => (AppointmentType)ByteUpTo((byte)AppointmentType.Dental);

    public CallerId Caller() => new(ByteUpTo(1) == 1, (Hospital)ByteUpTo((byte)Hospital.SHE), PersonNumber());

    public PatientId Patient() => new((Hospital)ByteUpTo((byte)Hospital.SHE), PersonNumber());

    public AppointmentId Id()
    {
        var hospital = (Hospital)ByteUpTo((byte)Hospital.SHE);
        var date = Date();
        var time = (TimeOfDay)ByteUpTo((byte)TimeOfDay.Evening);
        return _bad ? default : new AppointmentId(hospital, date, time);
    }

    public Slot Slot() => new(Id(), Type());

    public DateOnly Date()
    {
        var day = Int32();
        if (day < FirstDay || day > LastDay)
            _bad = true;
        return _bad ? default : DateOnly.FromDayNumber(day);
    }

    private ushort PersonNumber()
    {
        var number = UInt16();
        if (number <= PersonNumberMax)
            return number;
        _bad = true;
        return 0;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        if (_bad || _rest.Length < count)
        {
            _bad = true;
            taken = default;
            return false;
        }

        taken = _rest[..count];
        _rest = _rest[count..];
        return true;
    }
}
