using System.Globalization;

namespace Dams.Contracts.Domain;

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
