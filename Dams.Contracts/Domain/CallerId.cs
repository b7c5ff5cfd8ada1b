using System.Diagnostics.CodeAnalysis;

namespace Dams.Contracts.Domain;

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
