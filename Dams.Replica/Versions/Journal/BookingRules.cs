using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Journal;

/// <summary>The rules of booking, decided over folds of events.</summary>
internal static class BookingRules
{
    private const int OutsideHomeMax = 3;

    /// <summary>The outcome of booking this slot after everything that is in the draft.</summary>
    public static BookOutcome Judge(Draft draft, PatientId patient, Slot slot)
    {
        if (draft.Remaining(slot) is not { } remaining)
            return BookOutcome.NotFound;

        var (sameSlot, sameMoment, sameTypeSameDay, outside) = (false, false, false, 0);
        foreach (var (held, _) in draft.Held(patient, IsoWeek.Of(slot.Id.Date)))
        {
            sameSlot |= held == slot;
            if (held.Id.Date == slot.Id.Date)
            {
                sameMoment |= held.Id.Time == slot.Id.Time;
                sameTypeSameDay |= held.Type == slot.Type;
            }

            if (held.Id.Hospital != patient.Home)
                outside++;
        }

        if (sameSlot)
            return BookOutcome.AlreadyBooked;
        if (sameMoment)
            return BookOutcome.TimeConflict;
        if (sameTypeSameDay)
            return BookOutcome.SameTypeSameDay;
        if (remaining == 0)
            return BookOutcome.Full;
        return slot.Id.Hospital != patient.Home && outside >= OutsideHomeMax ? BookOutcome.WeeklyLimit : BookOutcome.Booked;
    }
}
