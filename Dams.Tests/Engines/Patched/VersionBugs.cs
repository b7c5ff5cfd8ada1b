namespace Dams.Tests.Engines.Patched;

/// <summary>
/// The bugs that are patched into the versions, one at a time. Some are mistakes that the rules invite, in the words of each technique.
/// Others can be made with one technique only.
/// </summary>
internal static class VersionBugs
{
    public static IReadOnlyList<VersionBug> All { get; } = [.. Ledger(), .. Journal(), .. Relational(), .. Calendar()];

    private static IEnumerable<VersionBug> Ledger()
    {
        yield return Bug(
            "the weekly limit counts bookings at home", "PatientPage.cs", " && held.Slot.Id.Hospital != Patient.Home", "");
        yield return Bug(
            "the weekly limit covers any seven days, not a week",
            "PatientPage.cs",
            "date.DayNumber - date.DayNumber % DaysOfWeek",
            "date.DayNumber - DaysOfWeek + 1");
        yield return Bug("relocation orders dates as text", "Books.cs",
            "left.Slot.CompareTo(right.Slot)", "string.CompareOrdinal(left.Slot.Id.ToString(), right.Slot.Id.ToString())");
        yield return Bug(
            "relocation ignores the weekly limit",
            "LedgerEngine.cs",
            "MayBook(patient, slot, released: removed) == BookOutcome.Booked",
            "MayBook(patient, slot, released: removed) is BookOutcome.Booked or BookOutcome.WeeklyLimit");
        yield return Bug(
            "relocation forgets the places that it has given", "RelocationOffers.cs", "if (--offer.Left == 0)", "if (offer.Left == 0)");
        yield return Bug(
            "a swap checks before it releases",
            "LedgerEngine.cs",
            "MayBook(patient, next, released: old)",
            "MayBook(patient, next, released: null)");
        yield return Bug("a place too many", "LedgerEngine.cs", "slot.Remaining == 0", "slot.Remaining < 0");
        yield return Bug(
            "a swap does not announce the change of the old slot",
            "LedgerEngine.cs",
            "observer.BeforeChange(BucketKey.Of(old.Slot));",
            "");
        yield return Bug(
            "a removed slot stays on its patients' pages",
            "Books.cs",
            "patient.Strike(slot);\n        _slots",
            "patient.ToString();\n        _slots");
        yield return Bug(
            "a restored slot has its holders in reverse order", "Books.cs", "in state.Holders)", "in state.Holders.Reverse())");

        static VersionBug Bug(string name, string file, string right, string wrong) => new("Ledger", name, file, right, wrong);
    }

    private static IEnumerable<VersionBug> Journal()
    {
        yield return Bug("the calendar's year instead of the week's", "IsoWeek.cs", "ISOWeek.GetYear(date)", "date.Year");
        yield return Bug(
            "the weekly limit counts bookings at home",
            "BookingRules.cs",
            "if (held.Id.Hospital != patient.Home)",
            "if (held.Id.Hospital >= 0)");
        yield return Bug("the weekly limit is four", "BookingRules.cs", "OutsideHomeMax = 3", "OutsideHomeMax = 4");
        yield return Bug(
            "times conflict within one hospital only", "BookingRules.cs", "held.Id.Time == slot.Id.Time", "held.Id == slot.Id");
        yield return Bug("a place too few", "BookingRules.cs", "remaining == 0", "remaining <= 1");
        yield return Bug("a swap checks before it releases", "JournalEngine.cs",
            "draft.Note(new PlaceReleased(old, patient));\n        var outcome = BookingRules.Judge(draft, patient, @new);",
            "var outcome = BookingRules.Judge(draft, patient, @new);\n        draft.Note(new PlaceReleased(old, patient));");
        yield return Bug("a refused swap loses the old booking", "JournalEngine.cs", "draft.Discard();", "{ }");
        yield return Bug("relocation begins with the last in line", "JournalEngine.cs",
            "in Fold.Standing(stream.Events))", "in Enumerable.Reverse(Fold.Standing(stream.Events)))");
        yield return Bug(
            "a condensed stream forgets the booking order",
            "EventStream.cs",
            "AddRange(standing)",
            "AddRange(standing.OrderBy(taken => taken.Patient))");
        yield return Bug(
            "a release undoes the first taking instead of the last",
            "Fold.cs",
            "i = events.Count - 1; i >= 0; i--",
            "i = 0; i < events.Count; i++");

        static VersionBug Bug(string name, string file, string right, string wrong) => new("Journal", name, file, right, wrong);
    }

    private static IEnumerable<VersionBug> Relational()
    {
        yield return Bug(
            "a schedule orders dates as text",
            "Sql.cs",
            "WHERE patient = $patient ORDER BY day, time",
            "WHERE patient = $patient ORDER BY substr(day, 9, 2) || substr(day, 6, 2) || substr(day, 3, 2), time");
        yield return Bug("the week ends with the calendar's year", "Sql.cs",
            "AND date($day, 'weekday 0'))", "AND date($day, 'weekday 0') AND strftime('%Y', day) = strftime('%Y', $day))");
        yield return Bug("the weekly limit counts bookings at home", "Sql.cs",
            "WHERE patient = $patient AND hospital <> $home AND day BETWEEN", "WHERE patient = $patient AND day BETWEEN");
        yield return Bug("relocation ignores the weekly limit", "Sql.cs", "$hospital = $home OR 3 >", "$hospital = $home OR 99 >");
        yield return Bug(
            "relocation also goes to an earlier slot",
            "Sql.cs",
            "(offer.day, offer.time) > ($day, $time)",
            "(offer.day, offer.time) <> ($day, $time)");
        yield return Bug("a place too few", "Sql.cs", "SELECT taken = capacity", "SELECT taken + 1 >= capacity");
        yield return Bug("a place too many", "Sql.cs", "SELECT taken = capacity", "SELECT taken > capacity");
        yield return Bug("a swap checks before it releases", "RelationalEngine.cs",
            "_database.Rehearse(() => _database.Release(patient, old)\n            ? _database.Judge(patient, @new)\n"
            + "            : throw new InvalidOperationException(\"a booking that was just found is gone\"))",
            "_database.Judge(patient, @new)");
        yield return Bug("the place in line is the number of holders", "Sql.cs", "1 + coalesce(max(number), 0)", "1 + count(*)");
        yield return Bug("holders are read by patient id, not in booking order", "Sql.cs", "ORDER BY number", "ORDER BY patient");

        static VersionBug Bug(string name, string file, string right, string wrong) => new("Relational", name, file, right, wrong);
    }

    private static IEnumerable<VersionBug> Calendar()
    {
        yield return Bug("weeks begin on Sunday", "Numbering.cs", "DaysBeforeFirstInItsWeek = 5", "DaysBeforeFirstInItsWeek = 6");
        yield return Bug(
            "the weekly limit counts bookings at home",
            "WeekRules.cs",
            "code != 0 && Numbering.HospitalOfCode(code) != home",
            "code != 0");
        yield return Bug("relocation ignores the weekly limit", "CalendarEngine.cs",
            "left, released) != BookOutcome.Booked", "left, released) is not (BookOutcome.Booked or BookOutcome.WeeklyLimit)");
        yield return Bug(
            "relocation passes over the mornings",
            "CalendarEngine.cs",
            "time = 0;\n        }\n\n        return (DaySet.None, cell);",
            "time = 1;\n        }\n\n        return (DaySet.None, cell);");
        yield return Bug("a swap checks before it releases", "CalendarEngine.cs",
            "_days[newDay]!.Left(newCell), MomentOf(oldDay, oldCell))", "_days[newDay]!.Left(newCell), WeekRules.NothingReleased)");
        yield return Bug("a place too many", "WeekRules.cs", "left <= 0", "left < 0");
        yield return Bug(
            "the weekly limit is checked before the places",
            "WeekRules.cs",
            "if (left <= 0)",
            "if (left <= 0 && CountOutside(days, Numbering.HomeOf(patient)) < OutsideMax)");
        yield return Bug(
            "the last in line takes the place of the one who leaves",
            "CalendarDay.cs",
            "holders[(place + 1)..].CopyTo(holders[place..]);",
            "holders[place] = holders[^1];");
        yield return Bug("a cancel takes the booking at that time, at any hospital", "CalendarEngine.cs",
            " || Numbering.HospitalOfCode(code) != (int)id.Hospital)\n            return new CancelReply(CancelOutcome.NotBooked, null);\n"
            + "        var cell = Numbering.CellOf((int)id.Hospital,",
            ")\n            return new CancelReply(CancelOutcome.NotBooked, null);\n"
            + "        var cell = Numbering.CellOf(Numbering.HospitalOfCode(code),");
        yield return Bug(
            "closing one slot hides the others of its day", "CalendarEngine.cs", ".Put(day, hasAny)", ".Put(day, HasSlot(day, cell))");

        static VersionBug Bug(string name, string file, string right, string wrong) => new("Calendar", name, file, right, wrong);
    }
}
