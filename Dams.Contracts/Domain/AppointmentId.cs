using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dams.Contracts.Domain;

/// <summary>
/// A hospital, a date and a time of day: <c>^(MTL|QUE|SHE)[MAE]\d{6}$</c> with a real date <c>ddMMyy</c> of the years 2000 to 2099.
/// Sorts by date, then time of day, then hospital: never by the text.
/// </summary>
public readonly record struct AppointmentId : IComparable<AppointmentId>
{
    /// <summary>Length of the text form, in characters.</summary>
    public const int TextLength = 10;

    /// <summary>Makes an id for a date from 2000-01-01 to 2099-12-31.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The date is outside those years, or an enumeration value is not defined.</exception>
    public AppointmentId(Hospital hospital, DateOnly date, TimeOfDay time)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)hospital, (byte)Hospital.SHE);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)time, (byte)TimeOfDay.Evening);
        ArgumentOutOfRangeException.ThrowIfLessThan(date.Year, 2000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(date.Year, 2099);
        Hospital = hospital;
        Date = date;
        Time = time;
    }

    /// <summary>The hospital of the appointment.</summary>
    public Hospital Hospital { get; }

    /// <summary>The day of the appointment.</summary>
    public DateOnly Date { get; }

    /// <summary>The time of day of the appointment.</summary>
    public TimeOfDay Time { get; }

    /// <summary>
    /// Reads the canonical text form. The text must be exact: the edge has trimmed it and converted it to upper case before.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AppointmentId id)
    {
        id = default;
        if (text is null || text.Length != TextLength || !HospitalText.TryParse(text.AsSpan(0, 3), out var hospital))
            return false;
        TimeOfDay time;
        switch (text[3])
        {
            case 'M': time = TimeOfDay.Morning; break;
            case 'A': time = TimeOfDay.Afternoon; break;
            case 'E': time = TimeOfDay.Evening; break;
            default: return false;
        }

        var digits = text.AsSpan(4);
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return false;
        }

        var day = (digits[0] - '0') * 10 + (digits[1] - '0');
        var month = (digits[2] - '0') * 10 + (digits[3] - '0');
        var year = 2000 + (digits[4] - '0') * 10 + (digits[5] - '0');
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        id = new AppointmentId(hospital, new DateOnly(year, month, day), time);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(AppointmentId other)
    {
        var byDate = Date.CompareTo(other.Date);
        if (byDate != 0)
            return byDate;
        var byTime = Time.CompareTo(other.Time);
        return byTime != 0 ? byTime : Hospital.CompareTo(other.Hospital);
    }

    /// <summary>The canonical text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{HospitalText.Of(Hospital)}{"MAE"[(int)Time]}{Date.Day:D2}{Date.Month:D2}{Date.Year - 2000:D2}");

    /// <summary>Order of slots.</summary>
    public static bool operator <(AppointmentId left, AppointmentId right) => left.CompareTo(right) < 0;

    /// <summary>Order of slots.</summary>
    public static bool operator >(AppointmentId left, AppointmentId right) => left.CompareTo(right) > 0;

    /// <summary>Order of slots.</summary>
    public static bool operator <=(AppointmentId left, AppointmentId right) => left.CompareTo(right) <= 0;

    /// <summary>Order of slots.</summary>
    public static bool operator >=(AppointmentId left, AppointmentId right) => left.CompareTo(right) >= 0;
}
