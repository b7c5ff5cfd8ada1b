using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Calendar;

/// <summary>
/// The checks of booking. All that the rules ask about a patient lies within the week of the slot. So they look at a
/// copy of these seven days. A booking that counts as released is wiped from the copy.
/// </summary>
internal static class WeekRules
{
    /// <summary>No moment is released.</summary>
    public const int NothingReleased = -1;

    private const int OutsideMax = 3;

    /// <summary>The outcome of booking a slot that exists.</summary>
    /// <param name="left">The places left in the slot.</param>
    /// <param name="releasedMoment">A moment whose booking counts as released, or <see cref="NothingReleased"/>.</param>
    public static BookOutcome Judge(Diary diary, int patient, int day, int cell, int left, int releasedMoment)
    {
        Span<ushort> days = stackalloc ushort[Numbering.DaysPerWeek];
        var week = Numbering.WeekOf(day);
        diary.CopyWeek(week, days);
        Wipe(days, week, releasedMoment);

        var today = days[Numbering.DayOfWeek(day)];
        var held = Diary.CodeIn(today, Numbering.TimeOfCell(cell));
        if (held == Numbering.CodeOfCell(cell))
            return BookOutcome.AlreadyBooked;
        if (held != 0)
            return BookOutcome.TimeConflict;
        if (HasType(today, Numbering.TypeOfCell(cell)))
            return BookOutcome.SameTypeSameDay;
        if (left <= 0)
            return BookOutcome.Full;
        var home = Numbering.HomeOf(patient);
        if (Numbering.HospitalOfCell(cell) != home && CountOutside(days, home) >= OutsideMax)
            return BookOutcome.WeeklyLimit;
        return BookOutcome.Booked;
    }

    private static void Wipe(Span<ushort> days, int week, int moment)
    {
        var day = moment / Numbering.TimesPerDay;
        if (moment != NothingReleased && Numbering.WeekOf(day) == week)
        {
            ref var bits = ref days[Numbering.DayOfWeek(day)];
            bits = (ushort)Diary.With(bits, moment % Numbering.TimesPerDay, 0);
        }
    }

    private static bool HasType(int day16, int type)
    {
        for (var time = 0; time < Numbering.TimesPerDay; time++)
        {
            var code = Diary.CodeIn(day16, time);
            if (code != 0 && Numbering.TypeOfCode(code) == type)
                return true;
        }

        return false;
    }

    private static int CountOutside(ReadOnlySpan<ushort> days, int home)
    {
        var count = 0;
        foreach (var day16 in days)
        {
            for (var time = 0; time < Numbering.TimesPerDay; time++)
            {
                var code = Diary.CodeIn(day16, time);
                if (code != 0 && Numbering.HospitalOfCode(code) != home)
                    count++;
            }
        }

        return count;
    }
}
