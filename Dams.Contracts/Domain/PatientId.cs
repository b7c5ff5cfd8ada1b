using System.Diagnostics.CodeAnalysis;

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
