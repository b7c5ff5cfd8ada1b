using Dams.Contracts.Domain;
using Dams.Contracts.Engines;

namespace Dams.Replica.State.Snapshots;

/// <summary>
/// The rules that all bookings of a state obey together, checked as buckets come: nobody holds two slots at one time or two of one type on one day, in any
/// hospitals, or more than three outside home in a week. What lies within one slot the codec has checked. Remembers a few bytes for each patient and day.
/// </summary>
internal sealed class BookingRules
{
    private const int OutsideHomeMax = 3;
    private const int DaysOfWeek = 7;
    private const int TimesOfDay = 3;

    /// <summary>For a patient and a day: a bit for each time of day, then one for each type.</summary>
    private readonly Dictionary<(PatientId, int Day), byte> _days = [];
    private readonly Dictionary<(PatientId, int Monday), byte> _outside = [];

    /// <summary>Adds a bucket; gives a sentence about what can't be, or null.</summary>
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
                    return $"{patient} can't hold {slot.Slot} besides what they hold at the time or on the day";
                held |= bits;
                if (patient.Home == bucket.Key.Hospital)
                    continue;
                ref var outside = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_outside, (patient, monday), out _);
                if (++outside > OutsideHomeMax)
                    return $"{patient} can't hold {slot.Slot} besides three others outside home in its week";
            }
        }

        return null;
    }
}
