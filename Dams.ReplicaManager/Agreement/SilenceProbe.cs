using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// One watch of a suspect, which finds out whether it is dead. There are three ways to be dead:
/// <list type="bullet">
/// <item>It never answers, while others do all the time.</item>
/// <item>It answers, but stands still below what two others had executed a while ago. One other is not enough, because it may be wrong.
/// One watch is not enough either: the network may be cut, and then the suspect catches up when it is mended. So the watches that find the
/// suspect at the same number must last for <see cref="ManagerOptions.StandstillPatience"/> together.</item>
/// <item>It is so far behind them that the logs would outgrow their bound.</item>
/// </list>
/// Anything else is slow, and no replica is replaced for that. A manager has seen nothing, and looks again, if no other replica elsewhere
/// answers it for a third of the watch, or if it stood still itself. It also looks again if the suspect stands still while no sequencer
/// was heard for as long: the suspect may not know what is committed. Pure and single-threaded.
/// </summary>
/// <param name="about">The case.</param>
/// <param name="self">The manager's own seat: the manager hears that replica however broken the network is.</param>
/// <param name="beganAt">The start of the watch.</param>
/// <param name="options">Say how long the watch lasts, and how many entries the others keep for a replica that is behind.</param>
/// <param name="before">The earlier watches of the same case that have found the suspect standing still.</param>
internal sealed class SilenceProbe(Case about, byte self, Instant beganAt, ManagerOptions options, Standstill before = default)
{
    private readonly Dictionary<byte, long> _others = [];
    private (long Done, Instant At)? _first;
    private (long Done, Instant At) _last;
    private bool _isExcused;
    private bool _isSeenLate;
    private bool _wasDeaf;
    private bool _wasWithoutLeader;
    private Instant _othersHeardAt = beganAt;
    private Instant _leaderHeardAt = beganAt;

    /// <summary>The case that the probe is about.</summary>
    public Case Case => about;

    public Instant BeganAt { get; } = beganAt;

    /// <summary>When the suspect is asked next.</summary>
    public Instant AskAt { get; set; } = beganAt;

    /// <summary>When the vote was given; null until then.</summary>
    public Instant? VotedAt { get; set; }

    /// <summary>
    /// Whether no other replica elsewhere has answered for a third of the watch, now or before. A suspect that did not answer either is
    /// then not to blame.
    /// </summary>
    public bool IsDeaf(Instant now) => _wasDeaf || now - _othersHeardAt > Third;

    /// <summary>
    /// Whether a suspect that answers seems to stand still, but no sequencer was heard for a third of the watch, now or before. The suspect
    /// may have missed the last commit.
    /// </summary>
    public bool IsWithoutLeader(Instant now) => StandsStill && (_wasWithoutLeader || now - _leaderHeardAt > Third);

    /// <summary>The finding, when the watch is over.</summary>
    public SilenceFinding Finding =>
        _isExcused ? SilenceFinding.Alive
        : _first is null || _last.Done < Goal - options.LagEntriesMax ? SilenceFinding.Dead
        : !_isSeenLate ? SilenceFinding.Unclear
        : !StandsStill ? SilenceFinding.Alive
        : options.ProbeTime * Counted.Watches < options.StandstillPatience ? SilenceFinding.StandsStill
        : SilenceFinding.Dead;

    /// <summary>Begins the next watch of the suspect, because this one is over and has not decided anything.</summary>
    public SilenceProbe Next(Instant now) => new(about, self, now, options, Finding == SilenceFinding.StandsStill ? Counted : before);

    /// <summary>Begins this watch again, because the manager has seen nothing. A watch that was not finished does not count.</summary>
    public SilenceProbe Again(Instant now) => new(about, self, now, options, before);

    /// <summary>The standstill with this watch. It begins anew if the suspect has moved since the last watch.</summary>
    private Standstill Counted => new(_last.Done, before.Watches > 0 && before.At == _last.Done ? before.Watches + 1 : 1);

    private bool StandsStill => !_isExcused && _first is { } first && _isSeenLate && _last.At - first.At >= Third
        && _last.Done == first.Done && _last.Done < Goal;

    private long Goal => _others.Values.OrderDescending().ElementAtOrDefault(1);

    private TimeSpan Third => options.ProbeTime / 3;

    /// <summary>Takes an answer of the suspect or of another replica. A missing answer says nothing, so it is not given here.</summary>
    public void OnSighting(byte replica, ReplicaSighting sighting, Instant now)
    {
        var isLate = now - BeganAt >= Third * 2;
        if (replica == about.Replica)
        {
            // A replica that waits before a poison entry stands still for a reason. The others' progress past that entry decides whether it
            // is replaced. A replica whose disk is full has a reason, too: its successor would use the same disk, and need more of it.
            _isExcused |= sighting.Incarnation != about.Incarnation || sighting.WaitingBefore is not null || sighting.IsShortOfRoom;
            _last = (sighting.Done, now);
            _first ??= _last;
            _isSeenLate |= isLate;
            return;
        }

        if (replica != self)
        {
            _wasDeaf = IsDeaf(now);
            _othersHeardAt = now;
        }

        // Entries that others execute late in the watch are no measure: the suspect needs a while to catch up with them.
        if (!isLate)
            _others[replica] = Math.Max(_others.GetValueOrDefault(replica), sighting.Executed);
    }

    /// <summary>The suspect's manager says that a foreign process keeps it from running. No other incarnation would help.</summary>
    public void OnBlocked() => _isExcused = true;

    /// <summary>
    /// Takes the last word of a sequencer. It counts only if the sequencer knows that the entries which others have executed are committed.
    /// Otherwise it can't have told the suspect.
    /// </summary>
    /// <param name="commit">The last number that the sequencer says is committed.</param>
    /// <param name="at">When it was heard; the same again changes nothing.</param>
    public void OnLeaderHeard(SequenceNumber commit, Instant at)
    {
        if (at <= _leaderHeardAt || commit.Value < Goal)
            return;
        _wasWithoutLeader |= at - _leaderHeardAt > Third;
        _leaderHeardAt = at;
    }
}
