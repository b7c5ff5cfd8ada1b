namespace Dams.Ordering.Transport;

/// <summary>
/// Remembers which of the last 1,024 counters of a sender were seen (RFC 6479's ring of words). A counter that is older
/// than the window counts as seen.
/// </summary>
internal sealed class ReplayWindow
{
    /// <summary>Datagrams of one sender overtake each other by less than this.</summary>
    public const int Size = 1024;

    private const int WordBits = 64;

    // One word more than the window, so that the word being entered can be cleared as a whole.
    private readonly ulong[] _words = new ulong[(Size / WordBits) + 1];
    private ulong _highest;

    /// <summary>Whether a counter is new. Changes nothing: the datagram is not authenticated yet.</summary>
    public bool IsNew(ulong counter)
    {
        if (counter > _highest)
            return true;
        return counter != 0 && _highest - counter < Size && (_words[WordOf(counter)] & BitOf(counter)) == 0;
    }

    /// <summary>Marks a new counter as seen.</summary>
    public void Mark(ulong counter)
    {
        if (counter > _highest)
        {
            var from = _highest / WordBits;
            var steps = Math.Min((counter / WordBits) - from, (ulong)_words.Length);
            for (var i = 1UL; i <= steps; i++)
                _words[(from + i) % (ulong)_words.Length] = 0;
            _highest = counter;
        }

        _words[WordOf(counter)] |= BitOf(counter);
    }

    private ulong WordOf(ulong counter) => counter / WordBits % (ulong)_words.Length;

    private static ulong BitOf(ulong counter) => 1UL << (int)(counter % WordBits);
}
