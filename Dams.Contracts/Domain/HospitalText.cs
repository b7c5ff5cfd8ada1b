namespace Dams.Contracts.Domain;

/// <summary>The three letters of a hospital, without reflection over the enumeration.</summary>
internal static class HospitalText
{
    public static string Of(Hospital hospital) => hospital switch
    {
        Hospital.MTL => "MTL",
        Hospital.QUE => "QUE",
        Hospital.SHE => "SHE",
        _ => throw new ArgumentOutOfRangeException(nameof(hospital), hospital, "not a hospital"),
    };

    public static bool TryParse(ReadOnlySpan<char> text, out Hospital hospital)
    {
        hospital = text switch
        {
            "MTL" => Hospital.MTL,
            "QUE" => Hospital.QUE,
            "SHE" => Hospital.SHE,
            _ => (Hospital)byte.MaxValue,
        };
        return hospital <= Hospital.SHE;
    }
}
