namespace Dams.Replica.Versions.Calendar;

/// <summary>
/// The bookings of one patient: 16 bits a day, of which each time of day has four for its code. A page is made when it
/// is first written to. It holds 64 whole weeks, so no week is split between pages.
/// </summary>
internal sealed class Diary
{
    private const int WeeksPerPage = 64;
    private const int DaysPerPage = WeeksPerPage * Numbering.DaysPerWeek;
    private const int BitsPerCode = 4;
    private const int CodeMask = (1 << BitsPerCode) - 1;

    private static readonly int PageCount = Numbering.WeekOf(Numbering.Days - 1) / WeeksPerPage + 1;

    private readonly ushort[]?[] _pages = new ushort[]?[PageCount];

    /// <summary>The code at a time of day, from the 16 bits of the day.</summary>
    public static int CodeIn(int day16, int time) => day16 >> (time * BitsPerCode) & CodeMask;

    /// <summary>The same 16 bits, with another code at this time of day.</summary>
    public static int With(int day16, int time, int code) => day16 & ~(CodeMask << (time * BitsPerCode)) | code << (time * BitsPerCode);

    /// <summary>Copies the seven days of a week, Monday first.</summary>
    public void CopyWeek(int week, Span<ushort> days)
    {
        if (_pages[week / WeeksPerPage] is { } page)
            page.AsSpan(week % WeeksPerPage * Numbering.DaysPerWeek, Numbering.DaysPerWeek).CopyTo(days);
        else
            days.Clear();
    }

    public int CodeAt(int day, int time) => _pages[Numbering.WeekOf(day) / WeeksPerPage] is { } page ? CodeIn(page[PlaceOf(day)], time) : 0;

    public void Write(int day, int time, int code)
    {
        var page = _pages[Numbering.WeekOf(day) / WeeksPerPage] ??= new ushort[DaysPerPage];
        page[PlaceOf(day)] = (ushort)With(page[PlaceOf(day)], time, code);
    }

    /// <summary>Calls back for each booking, in the order of its moments.</summary>
    public void ForEach(Action<int, int, int> dayTimeCode)
    {
        for (var number = 0; number < PageCount; number++)
        {
            if (_pages[number] is not { } page)
                continue;
            var monday = Numbering.MondayOf(number * WeeksPerPage);
            for (var place = NextUsed(page, 0); place < page.Length; place = NextUsed(page, place + 1))
            {
                for (var time = 0; time < Numbering.TimesPerDay; time++)
                {
                    if (CodeIn(page[place], time) is not 0 and var code)
                        dayTimeCode(monday + place, time, code);
                }
            }
        }
    }

    private static int NextUsed(ushort[] page, int from)
    {
        var ahead = page.AsSpan(from).IndexOfAnyExcept((ushort)0);
        return ahead < 0 ? page.Length : from + ahead;
    }

    private static int PlaceOf(int day) => Numbering.WeekOf(day) % WeeksPerPage * Numbering.DaysPerWeek + Numbering.DayOfWeek(day);
}
