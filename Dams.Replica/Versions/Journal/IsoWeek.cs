using System.Globalization;

namespace Dams.Replica.Versions.Journal;

/// <summary>An ISO 8601 week: the week-year, which is not always the calendar year, and the number of the week in it.</summary>
internal readonly record struct IsoWeek(int Year, int Number)
{
    public static IsoWeek Of(DateOnly date) => new(ISOWeek.GetYear(date), ISOWeek.GetWeekOfYear(date));
}
