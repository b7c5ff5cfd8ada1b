using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Calendar;

/// <summary>
/// The integers that this version works with.
/// <code>
/// day     0 to 36,524, from 1 January 2000                  moment   day * 3 + time of day
/// week    0 to 5,218, Monday to Sunday                      patient  home * 10,000 + number
/// cell    hospital * 9 + time of day * 3 + type: a slot within its day, in the order of the bucket
/// code    1 + hospital * 3 + type: what a patient holds at a moment; 0 is nothing
/// </code>
/// </summary>
internal static class Numbering
{
    public const int Days = 36_525;
    public const int DaysPerWeek = 7;
    public const int TimesPerDay = 3;
    public const int TypesPerTime = 3;
    public const int Hospitals = 3;
    public const int CellsPerHospital = TimesPerDay * TypesPerTime;
    public const int CellsPerDay = Hospitals * CellsPerHospital;
    public const int Patients = Hospitals * PatientsPerHospital;

    private const int PatientsPerHospital = 10_000;

    /// <summary>The 1st of January 2000 is a Saturday, so five days of its week were in 1999.</summary>
    private const int DaysBeforeFirstInItsWeek = 5;

    private static readonly int FirstDay = new DateOnly(2000, 1, 1).DayNumber;

    public static int DayOf(DateOnly date) => date.DayNumber - FirstDay;

    public static DateOnly DateOf(int day) => DateOnly.FromDayNumber(FirstDay + day);

    public static int WeekOf(int day) => (day + DaysBeforeFirstInItsWeek) / DaysPerWeek;

    /// <summary>0 for Monday.</summary>
    public static int DayOfWeek(int day) => (day + DaysBeforeFirstInItsWeek) % DaysPerWeek;

    /// <summary>May be negative: the Monday of the first week is in 1999.</summary>
    public static int MondayOf(int week) => week * DaysPerWeek - DaysBeforeFirstInItsWeek;

    public static int CellOf(Slot slot) => CellOf((int)slot.Id.Hospital, (int)slot.Id.Time, (int)slot.Type);

    public static int CellOf(int hospital, int time, int type) => hospital * CellsPerHospital + time * TypesPerTime + type;

    public static int HospitalOfCell(int cell) => cell / CellsPerHospital;

    public static int TimeOfCell(int cell) => cell / TypesPerTime % TimesPerDay;

    public static int TypeOfCell(int cell) => cell % TypesPerTime;

    public static int CodeOfCell(int cell) => 1 + HospitalOfCell(cell) * TypesPerTime + TypeOfCell(cell);

    public static int HospitalOfCode(int code) => (code - 1) / TypesPerTime;

    public static int TypeOfCode(int code) => (code - 1) % TypesPerTime;

    public static int PatientOf(PatientId patient) => (int)patient.Home * PatientsPerHospital + patient.Number;

    public static PatientId PatientIdOf(int patient) => new((Hospital)HomeOf(patient), (ushort)(patient % PatientsPerHospital));

    public static int HomeOf(int patient) => patient / PatientsPerHospital;

    public static Slot SlotOf(int day, int cell) => new(
        new AppointmentId((Hospital)HospitalOfCell(cell), DateOf(day), (TimeOfDay)TimeOfCell(cell)), (AppointmentType)TypeOfCell(cell));
}
