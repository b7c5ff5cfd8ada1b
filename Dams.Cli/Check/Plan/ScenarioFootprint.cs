using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Check.Plan;

/// <summary>
/// The slots and patients that a scenario names. They must not be in the cluster before: then everything that is there later was added by
/// the scenario, and no booking of others changes an answer or is changed.
/// </summary>
internal sealed class ScenarioFootprint
{
    private const int ShownMax = 5;

    private readonly SortedSet<Slot> _slots = [];
    private readonly SortedSet<PatientId> _patients = [];
    private readonly SortedSet<Slot> _relocatedFrom = [];

    public ScenarioFootprint(CheckScenario scenario)
    {
        var booked = new List<Slot>();
        foreach (var call in scenario.Steps.OfType<CallStep>().SelectMany(step => step.Groups).SelectMany(group => group.Calls))
        {
            foreach (var slot in SlotsOf(call))
                _slots.Add(slot);
            if (PatientOf(call) is { } patient)
                _patients.Add(patient);
            booked.AddRange(BookedBy(call));
            // A slot without bookings has nobody to relocate. Its bookings may come from a relocation, so every like slot counts.
            if (call is RemoveCall { Slot.Slot: { } removed } && booked.Any(slot => AreAlike(slot, removed)))
                _relocatedFrom.Add(removed);
        }
    }

    /// <summary>The patients that it names.</summary>
    public IEnumerable<PatientId> Patients => _patients;

    /// <summary>Whether it names this slot.</summary>
    public bool Has(SlotItem item) => SlotOf(item) is { } slot && _slots.Contains(slot);

    /// <summary>Says what the cluster holds that the scenario would touch.</summary>
    /// <param name="listed">All slots of the cluster.</param>
    /// <param name="held">The bookings of the scenario's patients.</param>
    /// <returns>A sentence for each conflict; none if the scenario can be played.</returns>
    public IReadOnlyList<string> ConflictsWith(
        IReadOnlyList<SlotItem> listed, IReadOnlyList<(PatientId Patient, IReadOnlyList<BookingItem> Bookings)> held)
    {
        var problems = new List<string>();
        var slots = listed.Select(SlotOf).OfType<Slot>().Order().ToList();
        Say("The cluster has slots that the scenario would open", slots.Where(_slots.Contains).Select(slot => $"{slot.Id} {slot.Type}"));
        Say("Patients of the scenario hold bookings", held.Where(one => one.Bookings.Count > 0)
            .Select(one => $"{one.Patient} holds {one.Bookings[0].AppointmentId} {one.Bookings[0].AppointmentType}"));
        Say("Patients of a removed slot could be moved to slots that are not the scenario's", slots
            .Where(slot => !_slots.Contains(slot) && _relocatedFrom.Any(removed => AreAlike(slot, removed) && slot > removed))
            .Select(slot => $"{slot.Id} {slot.Type}"));
        return problems;

        void Say(string what, IEnumerable<string> which)
        {
            var all = which.ToList();
            if (all.Count > 0)
            {
                var more = all.Count > ShownMax ? $" and {all.Count - ShownMax} more" : "";
                problems.Add($"{what}: {string.Join(", ", all.Take(ShownMax))}{more}.");
            }
        }
    }

    private static Slot? SlotOf(SlotItem item) => new WrittenSlot(item.AppointmentId, item.AppointmentType).Slot;

    private static bool AreAlike(Slot one, Slot other) => one.Id.Hospital == other.Id.Hospital && one.Type == other.Type;

    private static IEnumerable<Slot> SlotsOf(ScenarioCall call) => new[]
    {
        call switch
        {
            AddCall add => add.Slot,
            RemoveCall remove => remove.Slot,
            BookCall book => book.Slot,
            SwapCall swap => swap.Old,
            _ => null,
        },
        (call as SwapCall)?.New,
    }.Select(slot => slot?.Slot).OfType<Slot>();

    private static IEnumerable<Slot> BookedBy(ScenarioCall call) =>
        new[] { (call as BookCall)?.Slot.Slot, (call as SwapCall)?.New.Slot }.OfType<Slot>();

    private static PatientId? PatientOf(ScenarioCall call)
    {
        var text = call switch
        {
            BookCall book => book.Patient,
            ScheduleCall schedule => schedule.Patient,
            CancelCall cancel => cancel.Patient,
            SwapCall swap => swap.Patient,
            _ => null,
        };
        return PatientId.TryParse(text, out var patient) ? patient : null;
    }
}
