using System.Diagnostics.CodeAnalysis;

namespace Dams.Contracts.Domain;

/// <summary>An administrator: <c>^(MTL|QUE|SHE)A\d{4}$</c>.</summary>
/// <param name="Hospital">The hospital that the administrator works for.</param>
/// <param name="Number">0 to 9,999.</param>
public readonly record struct AdminId(Hospital Hospital, ushort Number)
{
    /// <summary>Reads the canonical text form. The text must be exact.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AdminId id)
    {
        var ok = PersonText.TryParse(text, 'A', out var hospital, out var number);
        id = ok ? new AdminId(hospital, number) : default;
        return ok;
    }

    /// <summary>The canonical text form.</summary>
    public override string ToString() => PersonText.Of(Hospital, 'A', Number);
}
