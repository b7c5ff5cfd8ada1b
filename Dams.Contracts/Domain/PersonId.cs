using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dams.Contracts.Domain;

/// <summary>A patient: <c>^(MTL|QUE|SHE)P\d{4}$</c>. The prefix is the patient's home hospital, whoever calls.</summary>
/// <param name="Home">The home hospital.</param>
/// <param name="Number">0 to 9,999.</param>
public readonly record struct PatientId(Hospital Home, ushort Number) : IComparable<PatientId>
{
    /// <summary>Reads the canonical text form. The text must be exact.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PatientId id)
    {
        var ok = PersonText.TryParse(text, 'P', out var home, out var number);
        id = ok ? new PatientId(home, number) : default;
        return ok;
    }

    /// <summary>By home hospital, then number.</summary>
    public int CompareTo(PatientId other)
    {
        var byHome = Home.CompareTo(other.Home);
        return byHome != 0 ? byHome : Number.CompareTo(other.Number);
    }

    /// <summary>The canonical text form.</summary>
    public override string ToString() => PersonText.Of(Home, 'P', Number);

    /// <summary>By home hospital, then number.</summary>
    public static bool operator <(PatientId left, PatientId right) => left.CompareTo(right) < 0;

    /// <summary>By home hospital, then number.</summary>
    public static bool operator >(PatientId left, PatientId right) => left.CompareTo(right) > 0;

    /// <summary>By home hospital, then number.</summary>
    public static bool operator <=(PatientId left, PatientId right) => left.CompareTo(right) <= 0;

    /// <summary>By home hospital, then number.</summary>
    public static bool operator >=(PatientId left, PatientId right) => left.CompareTo(right) >= 0;
}

/// <summary>The caller of an operation: an administrator or a patient.</summary>
/// <param name="IsAdmin">True for an administrator, false for a patient.</param>
/// <param name="Hospital">The administrator's hospital, or the patient's home.</param>
/// <param name="Number">0 to 9,999.</param>
public readonly record struct CallerId(bool IsAdmin, Hospital Hospital, ushort Number)
{
    /// <summary>This caller as a patient; meaningful only if it is one.</summary>
    public PatientId AsPatient => new(Hospital, Number);

    /// <summary>Reads the canonical text form of either kind. The text must be exact.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CallerId id)
    {
        id = default;
        if (PersonText.TryParse(text, 'A', out var hospital, out var number))
            id = new CallerId(true, hospital, number);
        else if (PersonText.TryParse(text, 'P', out hospital, out number))
            id = new CallerId(false, hospital, number);
        else
            return false;
        return true;
    }

    /// <summary>The canonical text form.</summary>
    public override string ToString() => PersonText.Of(Hospital, IsAdmin ? 'A' : 'P', Number);
}

/// <summary>The common shape of ids of people.</summary>
internal static class PersonText
{
    private const int Length = 8;

    public static bool TryParse(string? text, char role, out Hospital hospital, out ushort number)
    {
        hospital = default;
        number = 0;
        if (text is null || text.Length != Length || text[3] != role || !HospitalText.TryParse(text.AsSpan(0, 3), out hospital))
            return false;
        foreach (var c in text.AsSpan(4))
        {
            if (!char.IsAsciiDigit(c))
                return false;
            number = (ushort)(number * 10 + (c - '0'));
        }

        return true;
    }

    public static string Of(Hospital hospital, char role, ushort number) =>
        string.Create(CultureInfo.InvariantCulture, $"{HospitalText.Of(hospital)}{role}{number:D4}");
}
