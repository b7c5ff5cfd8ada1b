using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Journal;

/// <summary>The open slots of one hospital and type, in slot order: the fold of their openings and closings.</summary>
internal sealed class SlotIndex
{
    private readonly List<AppointmentId> _ids = [];

    public IReadOnlyList<AppointmentId> All => _ids;

    public IEnumerable<AppointmentId> After(AppointmentId id)
    {
        for (var i = FirstAfter(id); i < _ids.Count; i++)
            yield return _ids[i];
    }

    public void Insert(AppointmentId id) => _ids.Insert(FirstAfter(id), id);

    public void Remove(AppointmentId id) => _ids.RemoveAt(_ids.BinarySearch(id));

    private int FirstAfter(AppointmentId id)
    {
        var found = _ids.BinarySearch(id);
        return found < 0 ? ~found : found + 1;
    }
}
