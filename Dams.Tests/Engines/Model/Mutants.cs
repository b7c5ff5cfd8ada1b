using System.Globalization;
using Dams.Contracts.Domain;

namespace Dams.Tests.Engines.Model;

/// <summary>
/// The reference model with one mistake each, of a kind that a version might make. The differential test must find every one of them.
/// </summary>
internal static class Mutants
{
    public sealed class WeeklyLimitCountsHome : ReferenceModel
    {
        protected override bool CountsForWeek(PatientId patient, Slot held) => true;
    }

    public sealed class WeeklyLimitHoldsAtHome : ReferenceModel
    {
        protected override bool IsAtWeeklyLimit(PatientId patient, Slot slot) =>
            HeldBy(patient).Count(held => IsOutside(patient, held) && SameWeek(held.Id.Date, slot.Id.Date)) >= 3;
    }

    public sealed class WeeklyLimitIsFour : ReferenceModel
    {
        protected override bool IsAtWeeklyLimit(PatientId patient, Slot slot) => IsOutside(patient, slot)
            && HeldBy(patient).Count(held => IsOutside(patient, held) && SameWeek(held.Id.Date, slot.Id.Date)) >= 4;
    }

    public sealed class WeeklyLimitPerHospital : ReferenceModel
    {
        protected override bool IsAtWeeklyLimit(PatientId patient, Slot slot) => IsOutside(patient, slot)
            && HeldBy(patient).Count(held => held.Id.Hospital == slot.Id.Hospital && SameWeek(held.Id.Date, slot.Id.Date)) >= 3;
    }

    public sealed class CalendarYearForWeekYear : ReferenceModel
    {
        protected override bool SameWeek(DateOnly one, DateOnly other) =>
            one.Year == other.Year && ISOWeek.GetWeekOfYear(one) == ISOWeek.GetWeekOfYear(other);
    }

    public sealed class WeekNumberWithoutYear : ReferenceModel
    {
        protected override bool SameWeek(DateOnly one, DateOnly other) => ISOWeek.GetWeekOfYear(one) == ISOWeek.GetWeekOfYear(other);
    }

    public sealed class WeeksBeginOnSunday : ReferenceModel
    {
        protected override bool SameWeek(DateOnly one, DateOnly other) => (one.DayNumber + 1) / 7 == (other.DayNumber + 1) / 7;
    }

    public sealed class AlreadyBookedAfterTimeConflict : ReferenceModel
    {
        protected override BookOutcome Check(PatientId patient, Slot slot) =>
            Exists(slot) && HasTimeConflict(patient, slot) ? BookOutcome.TimeConflict : base.Check(patient, slot);
    }

    public sealed class SameTypeSameDayBeforeTimeConflict : ReferenceModel
    {
        protected override BookOutcome Check(PatientId patient, Slot slot) =>
            base.Check(patient, slot) is var outcome && outcome == BookOutcome.TimeConflict && HasSameTypeOnThatDay(patient, slot)
                ? BookOutcome.SameTypeSameDay : outcome;
    }

    public sealed class FullBeforeSameTypeSameDay : ReferenceModel
    {
        protected override BookOutcome Check(PatientId patient, Slot slot) =>
            base.Check(patient, slot) is var outcome && outcome == BookOutcome.SameTypeSameDay && IsFull(slot) ? BookOutcome.Full : outcome;
    }

    public sealed class WeeklyLimitBeforeFull : ReferenceModel
    {
        protected override BookOutcome Check(PatientId patient, Slot slot) =>
            base.Check(patient, slot) is var outcome && outcome == BookOutcome.Full && IsAtWeeklyLimit(patient, slot)
                ? BookOutcome.WeeklyLimit
                : outcome;
    }

    public sealed class TimeConflictOnlyWithinTheHospital : ReferenceModel
    {
        protected override bool HasTimeConflict(PatientId patient, Slot slot) => HeldBy(patient).Any(held => held.Id == slot.Id);
    }

    public sealed class SameTypeSameDayOnlyWithinTheHospital : ReferenceModel
    {
        protected override bool HasSameTypeOnThatDay(PatientId patient, Slot slot) =>
            HeldBy(patient).Any(held => held.Id.Date == slot.Id.Date && held.Type == slot.Type && held.Id.Hospital == slot.Id.Hospital);
    }

    public sealed class OnePlaceTooMany : ReferenceModel
    {
        protected override bool IsFull(Slot slot) => Remaining(slot) == -1;
    }

    public sealed class OnePlaceTooFewOfSeveral : ReferenceModel
    {
        protected override bool IsFull(Slot slot) => Remaining(slot) <= (Slots.Single(entry => entry.Slot == slot).Capacity > 1 ? 1 : 0);
    }

    public sealed class AddingAgainChangesCapacity : ReferenceModel
    {
        protected override AddReply Add(Slot slot, int capacity)
        {
            var at = Slots.FindIndex(entry => entry.Slot == slot);
            if (at >= 0 && Slots[at].Capacity < capacity)
                Slots[at] = (slot, capacity);
            return base.Add(slot, capacity);
        }
    }

    public sealed class CancellingFreesNoPlace : ReferenceModel
    {
        private readonly List<Slot> _lost = [];

        protected override CancelReply Cancel(PatientId patient, AppointmentId id)
        {
            var reply = base.Cancel(patient, id);
            if (reply.Type is { } type)
                _lost.Add(new Slot(id, type));
            return reply;
        }

        protected override bool IsFull(Slot slot) => Remaining(slot) - _lost.Count(lost => lost == slot) <= 0;
    }

    public sealed class CancellingAtAnyHospitalOfThatTime : ReferenceModel
    {
        protected override CancelReply Cancel(PatientId patient, AppointmentId id)
        {
            var at = Bookings.FindIndex(booking =>
                booking.Patient == patient && booking.Slot.Id.Date == id.Date && booking.Slot.Id.Time == id.Time);
            return base.Cancel(patient, at < 0 ? id : Bookings[at].Slot.Id);
        }
    }

    public sealed class ListOmitsFullSlots : ReferenceModel
    {
        protected override ListReply List(AppointmentType type) => new([.. base.List(type).Slots.Where(slot => slot.Remaining > 0)]);
    }

    public sealed class ListByDateBeforeHospital : ReferenceModel
    {
        protected override ListReply List(AppointmentType type) => new([.. base.List(type).Slots.OrderBy(slot => slot.Slot)]);
    }

    public sealed class ListByText : ReferenceModel
    {
        protected override ListReply List(AppointmentType type) =>
            new([.. base.List(type).Slots.OrderBy(slot => slot.Slot.Id.ToString(), StringComparer.Ordinal)]);
    }

    public sealed class ScheduleByText : ReferenceModel
    {
        protected override ScheduleReply Schedule(PatientId patient) =>
            new([.. HeldBy(patient).OrderBy(slot => slot.Id.ToString(), StringComparer.Ordinal)]);
    }

    public sealed class ScheduleByHospital : ReferenceModel
    {
        protected override ScheduleReply Schedule(PatientId patient) =>
            new([.. HeldBy(patient).OrderBy(slot => slot.Id.Hospital).ThenBy(slot => slot)]);
    }

    public sealed class SwapChecksBeforeRelease : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new) =>
            HeldBy(patient).Contains(old) && old != @new && Check(patient, @new) is var outcome and not BookOutcome.Booked
                ? Of(outcome) : base.Swap(patient, old, @new);
    }

    public sealed class SwapToTheSameBeforeNotBooked : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new) =>
            old == @new ? SwapOutcome.SameAppointment : base.Swap(patient, old, @new);
    }

    public sealed class SwapToTheSameIsAlreadyBooked : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new) =>
            base.Swap(patient, old, @new) is var outcome && outcome == SwapOutcome.SameAppointment ? SwapOutcome.AlreadyBooked : outcome;
    }

    public sealed class SwapLooksForTheNewSlotFirst : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new) =>
            Exists(@new) ? base.Swap(patient, old, @new) : SwapOutcome.NotFound;
    }

    public sealed class RefusedSwapLosesTheOldBooking : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new)
        {
            var outcome = base.Swap(patient, old, @new);
            if (outcome == SwapOutcome.WeeklyLimit)
                Bookings.Remove((patient, old));
            return outcome;
        }
    }

    public sealed class RefusedSwapLosesThePlaceInLine : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new)
        {
            var outcome = base.Swap(patient, old, @new);
            if (outcome == SwapOutcome.Full && Bookings.Remove((patient, old)))
                Bookings.Add((patient, old));
            return outcome;
        }
    }

    public sealed class SwappedInComesFirst : ReferenceModel
    {
        protected override SwapOutcome Swap(PatientId patient, Slot old, Slot @new)
        {
            var outcome = base.Swap(patient, old, @new);
            if (outcome == SwapOutcome.Swapped && Bookings.Remove((patient, @new)))
                Bookings.Insert(0, (patient, @new));
            return outcome;
        }
    }

    public sealed class RemovalLeavesTheBooking : ReferenceModel
    {
        protected override RemoveReply Remove(Slot slot)
        {
            var reply = base.Remove(slot);
            foreach (var relocation in reply.Relocations.Where(relocation => relocation.NewId is null))
                Bookings.Add((relocation.Patient, slot));
            return reply;
        }
    }

    public sealed class RelocationByText : ReferenceModel
    {
        protected override IEnumerable<Slot> Offers(Slot removed) =>
            base.Offers(removed).OrderBy(slot => slot.Id.ToString(), StringComparer.Ordinal);
    }

    public sealed class RelocationFromTheEarliestSlot : ReferenceModel
    {
        protected override IEnumerable<Slot> Offers(Slot removed) => Slots.Select(entry => entry.Slot)
            .Where(slot => slot.Type == removed.Type && slot.Id.Hospital == removed.Id.Hospital).Order();
    }

    public sealed class RelocationToAnyType : ReferenceModel
    {
        protected override IEnumerable<Slot> Offers(Slot removed) => Slots.Select(entry => entry.Slot)
            .Where(slot => slot.Id.Hospital == removed.Id.Hospital && slot > removed).Order();
    }

    public sealed class RelocationToAnyHospital : ReferenceModel
    {
        protected override IEnumerable<Slot> Offers(Slot removed) => Slots.Select(entry => entry.Slot)
            .Where(slot => slot.Type == removed.Type && slot > removed).Order();
    }

    public sealed class RelocationOnlyToLaterDays : ReferenceModel
    {
        protected override IEnumerable<Slot> Offers(Slot removed) => base.Offers(removed).Where(slot => slot.Id.Date > removed.Id.Date);
    }

    public sealed class RelocationTriesOneSlotOnly : ReferenceModel
    {
        protected override IEnumerable<Slot> Offers(Slot removed) => base.Offers(removed).Take(1);
    }

    public sealed class RelocationIgnoresTheWeeklyLimit : ReferenceModel
    {
        protected override bool RelocationIsLegal(PatientId patient, Slot offered) =>
            Check(patient, offered) is BookOutcome.Booked or BookOutcome.WeeklyLimit;
    }

    public sealed class RelocationIgnoresTheTypeOfTheDay : ReferenceModel
    {
        protected override bool RelocationIsLegal(PatientId patient, Slot offered) =>
            Check(patient, offered) == BookOutcome.Booked
            || (Check(patient, offered) == BookOutcome.SameTypeSameDay && !IsFull(offered) && !IsAtWeeklyLimit(patient, offered));
    }

    public sealed class RelocationInReverseOrder : ReferenceModel
    {
        protected override List<PatientId> RelocationOrder(List<PatientId> holders) => [.. Enumerable.Reverse(holders)];
    }

    public sealed class RelocationByPatientId : ReferenceModel
    {
        protected override List<PatientId> RelocationOrder(List<PatientId> holders) => [.. holders.Order()];
    }

    public sealed class RelocationWithTheLostBookingStillHeld : ReferenceModel
    {
        private (PatientId, Slot)? _lost;

        protected override RemoveReply Remove(Slot slot)
        {
            _lost = (default, slot);
            var reply = base.Remove(slot);
            _lost = null;
            return reply;
        }

        protected override bool RelocationIsLegal(PatientId patient, Slot offered)
        {
            Bookings.Insert(0, (patient, _lost!.Value.Item2));
            var legal = base.RelocationIsLegal(patient, offered);
            Bookings.RemoveAt(0);
            return legal;
        }
    }
}
