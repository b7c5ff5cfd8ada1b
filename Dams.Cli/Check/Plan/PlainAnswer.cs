using System.Globalization;
using Dams.Cli.Client;
using Dams.Contracts.Domain;

namespace Dams.Cli.Check.Plan;

/// <summary>An answer in the words of a scenario: one that is expected, or one that came.</summary>
/// <param name="IsFault">Whether it is a fault.</param>
/// <param name="Outcome">The outcome, or the code of the fault.</param>
/// <param name="Items">
/// The items after the outcome, or the field of the fault. If null is expected, they don't matter; if it came, there were none.
/// </param>
internal sealed record PlainAnswer(bool IsFault, string Outcome, string? Items)
{
    /// <summary>The word for an empty list, and for a patient who was not moved to another slot.</summary>
    public const string None = "none";

    /// <summary>Writes an answer in the words of a scenario. A list keeps only the slots of the scenario.</summary>
    public static PlainAnswer Of(CallReport report, ScenarioFootprint footprint) => report switch
    {
        CallReport.Fault fault => new PlainAnswer(true, fault.Code, fault.Field),
        CallReport.Answer answer => new PlainAnswer(false, answer.Outcome, ItemsOf(answer, footprint)),
        _ => throw new ArgumentException($"no words for {report}", nameof(report)),
    };

    /// <summary>Whether an answer that came is the expected one.</summary>
    public bool Accepts(PlainAnswer came) =>
        came.IsFault == IsFault && came.Outcome == Outcome && (Items is null || came.Items == Items);

    /// <summary>The same answer without its items.</summary>
    public PlainAnswer Short => this with { Items = null };

    /// <summary>Writes an item of a list of slots.</summary>
    public static string Item(string id, int free, int capacity) => string.Create(CultureInfo.InvariantCulture, $"{id} {free}/{capacity}");

    /// <summary>Writes an item of a list of bookings.</summary>
    public static string Item(string id, AppointmentType type) => $"{id} {type}";

    /// <summary>Writes an item of a list of relocations.</summary>
    public static string Item(string patient, string? newId) => $"{patient} to {newId ?? None}";

    /// <summary>Writes the items of a list.</summary>
    public static string Join(IEnumerable<string> items) => string.Join(", ", items) is { Length: > 0 } text ? text : None;

    public override string ToString() => IsFault
        ? $"fault {Outcome}{(Items is null ? "" : $" {Items}")}"
        : $"{Outcome}{(Items is null ? "" : $": {Items}")}";

    private static string? ItemsOf(CallReport.Answer answer, ScenarioFootprint footprint) => answer switch
    {
        { Slots: { } slots } => Join(slots.Where(slot => footprint.Has(slot)).Select(slot =>
            Item(slot.AppointmentId, slot.Remaining, slot.Capacity))),
        { Bookings: { } bookings } => Join(bookings.Select(booking => Item(booking.AppointmentId, booking.AppointmentType))),
        { Relocations: { } relocations } => Join(relocations.Select(moved => Item(moved.PatientId, moved.NewAppointmentId))),
        _ => answer.Type?.ToString(),
    };
}
