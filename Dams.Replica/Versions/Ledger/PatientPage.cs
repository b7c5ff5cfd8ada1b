using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Ledger;

/// <summary>
/// A patient's page in the ledger: the slot that the patient holds at each moment. No patient holds two at
/// one moment, in any hospital.
/// </summary>
internal sealed class PatientPage(PatientId patient)
{
    private const int TimesOfDay = 3;
    private const int DaysOfWeek = 7;

    private readonly Dictionary<int, SlotPage> _byMoment = [];

    public PatientId Patient { get; } = patient;

    public IEnumerable<SlotPage> Held => _byMoment.Values;

    /// <summary>The slot held at that date and time of day; null if there is none.</summary>
    public SlotPage? At(DateOnly date, TimeOfDay time) => _byMoment.GetValueOrDefault(MomentOf(date.DayNumber, time));

    public bool Holds(SlotPage slot) => At(slot.Slot.Id.Date, slot.Slot.Id.Time) == slot;

    /// <summary>Whether a slot of this type is held on this date, besides <paramref name="except"/>.</summary>
    public bool HoldsTypeOn(DateOnly date, AppointmentType type, SlotPage? except)
    {
        for (var time = TimeOfDay.Morning; time <= TimeOfDay.Evening; time++)
        {
            if (At(date, time) is { } held && held != except && held.Slot.Type == type)
                return true;
        }

        return false;
    }

    /// <summary>
    /// How many slots outside the home hospital the patient holds in the ISO week of this date, besides
    /// <paramref name="except"/>.
    /// </summary>
    public int OutsideHomeInWeekOf(DateOnly date, SlotPage? except)
    {
        // Day 0 of the calendar, 1 January 0001, is a Monday. So each seven days from there are an ISO week,
        // across the new year, too.
        var monday = date.DayNumber - date.DayNumber % DaysOfWeek;
        var first = MomentOf(monday, TimeOfDay.Morning);
        var count = 0;
        for (var moment = first; moment < first + DaysOfWeek * TimesOfDay; moment++)
        {
            if (_byMoment.TryGetValue(moment, out var held) && held != except && held.Slot.Id.Hospital != Patient.Home)
                count++;
        }

        return count;
    }

    public void Enter(SlotPage slot) => _byMoment.Add(MomentOf(slot), slot);

    public void Strike(SlotPage slot) => _byMoment.Remove(MomentOf(slot));

    private static int MomentOf(SlotPage slot) => MomentOf(slot.Slot.Id.Date.DayNumber, slot.Slot.Id.Time);

    private static int MomentOf(int dayNumber, TimeOfDay time) => dayNumber * TimesOfDay + (int)time;
}
