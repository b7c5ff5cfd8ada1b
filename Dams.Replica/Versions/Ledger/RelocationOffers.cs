namespace Dams.Replica.Versions.Ledger;

/// <summary>
/// The slots that are offered to the patients of a removed slot, in slot order, with the places that are still left in
/// the plan. Nothing is booked here: the plan must be complete before the first change is made. Looks no further ahead
/// than is needed, and never twice at a full slot.
/// </summary>
internal sealed class RelocationOffers(IEnumerable<SlotPage> laterSlots) : IDisposable
{
    private readonly IEnumerator<SlotPage> _unseen = laterSlots.GetEnumerator();
    private readonly List<Offer> _open = [];

    /// <summary>Takes a place in the first slot that suits; null if none does.</summary>
    public SlotPage? TakeFirst(Func<SlotPage, bool> suits)
    {
        for (var i = 0; TryLookAt(i); i++)
        {
            var offer = _open[i];
            if (!suits(offer.Slot))
                continue;
            if (--offer.Left == 0)
                _open.RemoveAt(i);
            return offer.Slot;
        }

        return null;
    }

    public void Dispose() => _unseen.Dispose();

    private bool TryLookAt(int index)
    {
        while (index >= _open.Count)
        {
            if (!_unseen.MoveNext())
                return false;
            if (_unseen.Current.Remaining > 0)
                _open.Add(new Offer(_unseen.Current));
        }

        return true;
    }

    private sealed class Offer(SlotPage slot)
    {
        public SlotPage Slot { get; } = slot;

        public int Left { get; set; } = slot.Remaining;
    }
}
