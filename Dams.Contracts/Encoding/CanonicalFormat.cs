using Dams.Bytes;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Encoding;

/// <summary>The values of the domain in the canonical encoding, each with its reader and its writer.</summary>
internal static class CanonicalFormat
{
    private const ushort PersonNumberMax = 9999;
    private static readonly int FirstDay = new DateOnly(2000, 1, 1).DayNumber;
    private static readonly int LastDay = new DateOnly(2099, 12, 31).DayNumber;

    public static CallerId Caller(this ref ByteReader reader) => new(reader.Bool(), reader.Hospital(), reader.PersonNumber());

    public static void Caller(this ref ByteWriter writer, CallerId caller)
    {
        writer.Bool(caller.IsAdmin);
        writer.Byte((byte)caller.Hospital);
        writer.UInt16(caller.Number);
    }

    public static PatientId Patient(this ref ByteReader reader) => new(reader.Hospital(), reader.PersonNumber());

    public static void Patient(this ref ByteWriter writer, PatientId patient)
    {
        writer.Byte((byte)patient.Home);
        writer.UInt16(patient.Number);
    }

    public static AppointmentId Id(this ref ByteReader reader)
    {
        var hospital = reader.Hospital();
        var date = reader.Date();
        var time = reader.Time();
        return reader.IsGood ? new AppointmentId(hospital, date, time) : default;
    }

    public static void Id(this ref ByteWriter writer, AppointmentId id)
    {
        writer.Byte((byte)id.Hospital);
        writer.Int32(id.Date.DayNumber);
        writer.Byte((byte)id.Time);
    }

    public static Slot Slot(this ref ByteReader reader) => new(reader.Id(), reader.Type());

    public static void Slot(this ref ByteWriter writer, Slot slot)
    {
        writer.Id(slot.Id);
        writer.Byte((byte)slot.Type);
    }

    public static Hospital Hospital(this ref ByteReader reader) => (Hospital)reader.ByteUpTo((byte)Domain.Hospital.SHE);

    public static AppointmentType Type(this ref ByteReader reader) => (AppointmentType)reader.ByteUpTo((byte)AppointmentType.Dental);

    public static TimeOfDay Time(this ref ByteReader reader) => (TimeOfDay)reader.ByteUpTo((byte)TimeOfDay.Evening);

    public static DateOnly Date(this ref ByteReader reader)
    {
        var day = reader.Int32();
        if (day < FirstDay || day > LastDay)
            reader.Fail();
        return reader.IsGood ? DateOnly.FromDayNumber(day) : default;
    }

    private static ushort PersonNumber(this ref ByteReader reader)
    {
        var number = reader.UInt16();
        if (number <= PersonNumberMax)
            return number;
        reader.Fail();
        return 0;
    }
}
