using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// Checks the rules that span the slots of a state, bucket by bucket. No patient holds two slots at one time, or two
/// slots of one type on one day, in any hospitals. No patient holds more than three slots outside the home hospital in
/// a week. The codec has already checked each slot by itself. Remembers a few bytes for each patient and day.
/// </summary>
internal sealed class BookingRules
{
    private const int OutsideHomeMax = 3;
    private const int DaysOfWeek = 7;
    private const int TimesOfDay = 3;

    /// <summary>Per patient and day: a bit for each time of day, then a bit for each type.</summary>
    private readonly Dictionary<(PatientId, int Day), byte> _days = [];
    private readonly Dictionary<(PatientId, int Monday), byte> _outside = [];

    /// <summary>Adds a bucket. Returns a sentence about the first broken rule, or null if there is none.</summary>
    public string? FindBroken(Bucket bucket)
    {
        var day = bucket.Key.Date.DayNumber;

        // Day 0 of the calendar, 1 January 0001, is a Monday.
        var monday = day - day % DaysOfWeek;
        foreach (var slot in bucket.Slots)
        {
            var bits = (byte)(1 << (int)slot.Slot.Id.Time | 1 << (TimesOfDay + (int)slot.Slot.Type));
            foreach (var patient in slot.Holders)
            {
                ref var held = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_days, (patient, day), out _);
                if ((held & bits) != 0)
                    return $"{patient} can't hold {slot.Slot} together with another slot at that time, or of that type on that day";
                held |= bits;
                if (patient.Home == bucket.Key.Hospital)
                    continue;
                ref var outside = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                    _outside, (patient, monday), out _);
                if (++outside > OutsideHomeMax)
                    return $"{patient} can't hold {slot.Slot} together with three others outside the home hospital in its week";
            }
        }

        return null;
    }
}
