namespace Dams.Ordering;

/// <summary>
/// The identity of a member's data folder. Views, quorums and votes use it. A member with a wiped folder is a new
/// incarnation.
/// </summary>
/// <param name="Value">Made with the folder; 0 is "none".</param>
public readonly record struct Incarnation(ulong Value)
{
    /// <summary>Reads the text form. Returns false for any other text, and for 0.</summary>
    public static bool TryParse(string? text, out Incarnation incarnation)
    {
        var isOne = ulong.TryParse(
            text, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value)
            && value != 0;
        incarnation = new Incarnation(isOne ? value : 0);
        return isOne;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
}
