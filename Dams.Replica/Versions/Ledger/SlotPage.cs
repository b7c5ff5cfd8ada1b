using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Ledger;

/// <summary>A slot's page in the ledger: its places and their holders.</summary>
internal sealed class SlotPage(Slot slot, int capacity)
{
    // A linked list keeps the booking order, and any holder can be removed from it in constant time.
    private readonly LinkedList<PatientPage> _inBookingOrder = new();
    private readonly Dictionary<PatientPage, LinkedListNode<PatientPage>> _placeOf = [];

    public Slot Slot { get; } = slot;

    public int Capacity { get; } = capacity;

    public int Remaining => Capacity - _inBookingOrder.Count;

    public IReadOnlyCollection<PatientPage> Holders => _inBookingOrder;

    public void Enter(PatientPage patient) => _placeOf.Add(patient, _inBookingOrder.AddLast(patient));

    public void Strike(PatientPage patient)
    {
        _placeOf.Remove(patient, out var place);
        _inBookingOrder.Remove(place!);
    }
}
