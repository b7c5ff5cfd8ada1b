using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Whether a suspect is dead: it never answers, or it stands still below what two others had executed a while ago (what one says may be wrong), or is so far behind
/// them that the logs would outgrow their bound. Anything else is slow, and slow is no crime. Pure and single-threaded.
/// </summary>
/// <param name="about">The case.</param>
/// <param name="beganAt">The beginning.</param>
/// <param name="lagMax">Entries that the others keep for who is behind.</param>
internal sealed class SilenceProbe(Case about, Instant beganAt, long lagMax)
{
    private readonly Dictionary<byte, long> _others = [];
    private long? _first;
    private long _last;
    private bool _isExcused;

    /// <summary>The case.</summary>
    public Case Case => about;

    /// <summary>When it began.</summary>
    public Instant BeganAt => beganAt;

    /// <summary>When the suspect is asked next.</summary>
    public Instant AskAt { get; set; }

    /// <summary>When the vote was given; null until then.</summary>
    public Instant? VotedAt { get; set; }

    /// <summary>An answer of the suspect or of another replica; none says nothing.</summary>
    /// <param name="replica">Who.</param>
    /// <param name="sighting">What it says.</param>
    /// <param name="isEarly">Whether enough of the probe is left for the suspect to come up to it.</param>
    public void OnSighting(byte replica, ReplicaSighting sighting, bool isEarly)
    {
        if (replica == about.Replica)
        {
            // Who waits before a poison entry stands still for a reason; whether it is replaced depends on what the others did with that entry.
            _isExcused |= sighting.Incarnation != about.Incarnation || sighting.WaitingBefore is not null;
            _first ??= sighting.Executed;
            _last = sighting.Executed;
        }
        else if (isEarly)
        {
            _others[replica] = Math.Max(_others.GetValueOrDefault(replica), sighting.Executed);
        }
    }

    /// <summary>The verdict, when the probe is over.</summary>
    public bool IsDead => !_isExcused && (_first is null || (_last == _first && _last < Goal) || _last < Goal - lagMax);

    private long Goal => _others.Values.OrderDescending().ElementAtOrDefault(1);
}
