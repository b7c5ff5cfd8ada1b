using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Replica.Versions.Ledger;

/// <summary>
/// All pages of the ledger, and the four changes that can be made: open a slot, close it, book, release. Every
/// change is made on all pages that it concerns. The books know no rules: <see cref="LedgerEngine"/> checks
/// all rules before it writes.
/// </summary>
internal sealed class Books
{
    private static readonly Comparer<SlotPage> BySlot = Comparer<SlotPage>.Create((left, right) => left.Slot.CompareTo(right.Slot));

    private readonly Dictionary<Slot, SlotPage> _slots = [];
    private readonly Dictionary<PatientId, PatientPage> _patients = [];

    // One index per hospital and type, because listing and relocation walk through exactly that, in slot order.
    private readonly Dictionary<(Hospital, AppointmentType), SortedSet<SlotPage>> _inSlotOrder = [];

    public SlotPage? Find(Slot slot) => _slots.GetValueOrDefault(slot);

    /// <summary>The patient's page. It is made when it is first asked for. An empty page can't be seen from outside.</summary>
    public PatientPage PageOf(PatientId patient)
    {
        if (!_patients.TryGetValue(patient, out var page))
            _patients.Add(patient, page = new PatientPage(patient));
        return page;
    }

    public SortedSet<SlotPage> SlotsOf(Hospital hospital, AppointmentType type)
    {
        if (!_inSlotOrder.TryGetValue((hospital, type), out var slots))
            _inSlotOrder.Add((hospital, type), slots = new SortedSet<SlotPage>(BySlot));
        return slots;
    }

    /// <summary>The slots of the same hospital and type that come strictly later, in slot order.</summary>
    public IEnumerable<SlotPage> LaterThan(SlotPage slot)
    {
        var slots = SlotsOf(slot.Slot.Id.Hospital, slot.Slot.Type);
        foreach (var candidate in slots.GetViewBetween(slot, slots.Max!))
        {
            if (candidate != slot)
                yield return candidate;
        }
    }

    public void Open(SlotPage slot)
    {
        _slots.Add(slot.Slot, slot);
        SlotsOf(slot.Slot.Id.Hospital, slot.Slot.Type).Add(slot);
    }

    public void Close(SlotPage slot)
    {
        foreach (var patient in slot.Holders)
            patient.Strike(slot);
        _slots.Remove(slot.Slot);
        SlotsOf(slot.Slot.Id.Hospital, slot.Slot.Type).Remove(slot);
    }

    public static void Book(PatientPage patient, SlotPage slot)
    {
        slot.Enter(patient);
        patient.Enter(slot);
    }

    public static void Release(PatientPage patient, SlotPage slot)
    {
        slot.Strike(patient);
        patient.Strike(slot);
    }

    public IReadOnlyList<BucketKey> BucketKeys() => _slots.Keys.Select(BucketKey.Of).Distinct().Order().ToList();

    public Bucket ReadBucket(BucketKey key)
    {
        var states = new List<SlotState>();
        for (var time = TimeOfDay.Morning; time <= TimeOfDay.Evening; time++)
        {
            for (var type = AppointmentType.Physician; type <= AppointmentType.Dental; type++)
            {
                if (Find(new Slot(new AppointmentId(key.Hospital, key.Date, time), type)) is { } page)
                    states.Add(new SlotState(page.Slot, page.Capacity, [.. page.Holders.Select(holder => holder.Patient)]));
            }
        }

        return new Bucket(key, [.. states]);
    }

    public static Books From(IEnumerable<Bucket> buckets)
    {
        var books = new Books();
        foreach (var state in buckets.SelectMany(bucket => bucket.Slots))
        {
            var page = new SlotPage(state.Slot, state.Capacity);
            books.Open(page);
            foreach (var patient in state.Holders)
                Book(books.PageOf(patient), page);
        }

        return books;
    }
}
