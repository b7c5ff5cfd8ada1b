using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Check.Plan;

/// <summary>A word that begins a call, with the form of the call and of its answers. The words are those of the tool's commands.</summary>
/// <param name="Word">The word.</param>
/// <param name="Form">The whole line, for messages.</param>
/// <param name="Outcomes">The outcomes that the service can answer.</param>
/// <param name="Success">The outcome of a call that has done what it was asked for.</param>
/// <param name="ItemForm">The form of an item that may follow the outcome after a colon; null if there is none.</param>
internal sealed record CallVerb(string Word, string Form, IReadOnlyList<string> Outcomes, string Success, string? ItemForm)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CallVerb> All { get; } =
    [
        Of("add", "add ID TYPE CAPACITY --as ADMIN", AddOutcome.Added),
        Of("remove", "remove ID TYPE --as ADMIN", RemoveOutcome.Removed, "PATIENT to ID, or PATIENT to none"),
        Of("list", "list TYPE --as ADMIN", ListOutcome.Listed, "ID FREE/CAPACITY, such as MTLE210422 1/2"),
        Of("book", "book PATIENT ID TYPE [--as ADMIN]", BookOutcome.Booked),
        Of("schedule", "schedule PATIENT [--as ADMIN]", ScheduleOutcome.Scheduled, "ID TYPE"),
        Of("cancel", "cancel PATIENT ID [--as ADMIN]", CancelOutcome.Cancelled, "TYPE"),
        Of("swap", "swap PATIENT OLD OLDTYPE NEW NEWTYPE [--as ADMIN]", SwapOutcome.Swapped),
    ];

    /// <summary>Whether patients can't make this call, so that its caller must be named.</summary>
    public bool IsForAdmins => !Form.Contains('[', StringComparison.Ordinal);

    /// <summary>How many values the form has before its option.</summary>
    public int Values => Form.Split(" --")[0].Split(' ').Count(word => word.All(char.IsAsciiLetterUpper));

    /// <summary>Whether the answer can have several items. They may also be none.</summary>
    public bool HasList => ItemForm is not (null or "TYPE");

    private static CallVerb Of<T>(string word, string form, T success, string? itemForm = null)
        where T : struct, Enum => new(word, form, Enum.GetNames<T>(), success.ToString(), itemForm);
}
