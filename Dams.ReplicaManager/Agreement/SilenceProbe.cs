using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Whether a suspect is dead: it never answers while others do all the time, or it stands still below what two others had executed a while ago (what one says may be wrong), or
/// is so far behind them that the logs would outgrow their bound. Anything else is slow, and slow is no crime. A manager that nobody elsewhere answers for a third of the watch,
/// or that stood still itself, has seen nothing: it looks again; and so it does if for as long no sequencer said what is committed, because nobody executes what isn't.
/// Pure and single-threaded.
/// </summary>
/// <param name="about">The case.</param>
/// <param name="self">The manager's own slot: it hears that replica through any broken network.</param>
/// <param name="beganAt">The beginning.</param>
/// <param name="options">How long it lasts, and how many entries the others keep for who is behind.</param>
internal sealed class SilenceProbe(Case about, byte self, Instant beganAt, ManagementOptions options)
{
    private readonly Dictionary<byte, long> _others = [];
    private (long Executed, Instant At)? _first;
    private (long Executed, Instant At) _last;
    private bool _isExcused;
    private bool _isSeenLate;
    private bool _wasDeaf;
    private bool _wasWithoutReign;
    private Instant _othersHeardAt = beganAt;
    private Instant _reignHeardAt = beganAt;

    /// <summary>The case.</summary>
    public Case Case => about;

    /// <summary>When it began.</summary>
    public Instant BeganAt { get; } = beganAt;

    /// <summary>When the suspect is asked next.</summary>
    public Instant AskAt { get; set; } = beganAt;

    /// <summary>When the vote was given; null until then.</summary>
    public Instant? VotedAt { get; set; }

    /// <summary>Whether for a third of the watch, now or before, no other elsewhere has answered: a suspect that did not either is not to blame.</summary>
    /// <param name="now">Now.</param>
    public bool IsDeaf(Instant now) => _wasDeaf || now - _othersHeardAt > Third;

    /// <summary>Whether a suspect that answers seems to stand still, but for a third of the watch, now or before, no sequencer was heard: it may have missed the last word.</summary>
    /// <param name="now">Now.</param>
    public bool IsWithoutReign(Instant now) => IsDead && StandsStill && (_wasWithoutReign || now - _reignHeardAt > Third);

    /// <summary>The verdict, when the probe is over.</summary>
    public bool IsDead => !_isExcused && (_first is null || StandsStill || _last.Executed < Goal - options.LagEntriesMax);

    private bool StandsStill => _first is { } first && _isSeenLate && _last.At - first.At >= Third && _last.Executed == first.Executed && _last.Executed < Goal;

    private long Goal => _others.Values.OrderDescending().ElementAtOrDefault(1);

    private TimeSpan Third => options.ProbeTime / 3;

    /// <summary>An answer of the suspect or of another replica; none says nothing.</summary>
    /// <param name="replica">Who.</param>
    /// <param name="sighting">What it says.</param>
    /// <param name="now">Now.</param>
    public void OnSighting(byte replica, ReplicaSighting sighting, Instant now)
    {
        var isLate = now - BeganAt >= Third * 2;
        if (replica == about.Replica)
        {
            // Who waits before a poison entry stands still for a reason; whether it is replaced depends on what the others did with that entry.
            // So does one whose disk is full: another incarnation would stand on the same disk, and need more of it.
            _isExcused |= sighting.Incarnation != about.Incarnation || sighting.WaitingBefore is not null || sighting.IsShortOfRoom;
            _last = (sighting.Executed, now);
            _first ??= _last;
            _isSeenLate |= isLate;
            return;
        }

        if (replica != self)
        {
            _wasDeaf = IsDeaf(now);
            _othersHeardAt = now;
        }

        // What others have executed late is no measure: the suspect needs a while to come up to it.
        if (!isLate)
            _others[replica] = Math.Max(_others.GetValueOrDefault(replica), sighting.Executed);
    }

    /// <summary>What a sequencer has said last; one that does not know what others have executed can have told the suspect nothing of it.</summary>
    /// <param name="commit">What is committed.</param>
    /// <param name="at">When it was heard; the same again changes nothing.</param>
    public void OnReignHeard(SequenceNumber commit, Instant at)
    {
        if (at <= _reignHeardAt || commit.Value < Goal)
            return;
        _wasWithoutReign |= at - _reignHeardAt > Third;
        _reignHeardAt = at;
    }
}
