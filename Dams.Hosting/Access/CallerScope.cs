using System.Diagnostics.CodeAnalysis;
using Dams.Contracts.Domain;

namespace Dams.Hosting.Access;

/// <summary>
/// The callers that a service user may speak for: everybody of a hospital (<c>MTL</c>), its administrators (<c>MTLA</c>), its patients
/// (<c>MTLP</c>), or one caller (<c>MTLP1234</c>).
/// </summary>
/// <param name="Hospital">The hospital of the callers.</param>
/// <param name="IsAdmin">True for administrators only, false for patients only; null for both.</param>
/// <param name="Number">The number of the one caller; null for all.</param>
public readonly record struct CallerScope(Hospital Hospital, bool? IsAdmin, ushort? Number)
{
    /// <summary>The accepted forms, for messages.</summary>
    public const string Expected = "a hospital (MTL), its administrators (MTLA), its patients (MTLP), or one caller (MTLP1234)";

    private const string Digits = "0000";

    /// <summary>The scope of one caller.</summary>
    public static CallerScope Of(CallerId caller) => new(caller.Hospital, caller.IsAdmin, caller.Number);

    /// <summary>Reads the text form. The text must be exact.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CallerScope scope)
    {
        scope = default;
        // The shorter forms are read as the beginning of an id.
        var id = text?.Length switch
        {
            3 => text + "P" + Digits,
            4 => text + Digits,
            8 => text,
            _ => null,
        };
        if (!CallerId.TryParse(id, out var caller))
            return false;
        scope = new CallerScope(caller.Hospital, text!.Length > 3 ? caller.IsAdmin : null, text.Length > 4 ? caller.Number : null);
        return true;
    }

    /// <summary>Whether a caller is one of these.</summary>
    public bool Covers(CallerId caller) => caller.Hospital == Hospital
        && (IsAdmin is null || IsAdmin == caller.IsAdmin)
        && (Number is null || Number == caller.Number);

    /// <summary>The text form.</summary>
    public override string ToString() => new CallerId(IsAdmin ?? false, Hospital, Number ?? 0).ToString()[..Length];

    private int Length => Number is not null ? 8 : IsAdmin is not null ? 4 : 3;
}
