using Dams.Ordering;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Decides when a host's name is looked up, and which of its addresses is used. A name without an address is tried again after a second,
/// then after twice that and so on. One with an address is looked up again when nobody on that host has been heard for
/// <see cref="Silence"/>: the host may have moved. Then its next address is used, if it has several. Pure.
/// </summary>
internal sealed class NameSchedule
{
    /// <summary>The silence after which a name is looked up again. A host that restarts is silent for a shorter time.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);

    private TimeSpan _retry = s_firstRetry;
    private Instant? _last;

    /// <summary>The address in use; null if none has been found.</summary>
    public string? Address { get; private set; }

    /// <summary>Whether the name is to be looked up now.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="heard">The moment at which somebody there was last heard; null if never.</param>
    public bool IsDue(Instant now, Instant? heard)
    {
        if (_last is not { } last)
            return true;
        return Address is null ? now - last >= _retry : now - Instant.Later(heard ?? last, last) >= Silence;
    }

    /// <summary>A lookup has ended. One without a result changes no address.</summary>
    /// <param name="found">The addresses that were found, in the resolver's order; empty if there are none.</param>
    /// <param name="now">The moment.</param>
    /// <returns>Whether another address is used from now on.</returns>
    public bool OnAnswer(IReadOnlyList<string> found, Instant now)
    {
        var isFirst = _last is null;
        _last = now;
        if (found.Count == 0)
        {
            if (!isFirst)
                _retry = _retry + _retry < Silence ? _retry + _retry : Silence;
            return false;
        }

        _retry = s_firstRetry;
        var before = Address;
        Address = found[(IndexOf(found, before) + 1) % found.Count];
        return Address != before;
    }

    private static int IndexOf(IReadOnlyList<string> found, string? address)
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i] == address)
                return i;
        }

        return -1;
    }
}
