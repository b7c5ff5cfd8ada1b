using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Looks into the cases of silence. It watches each suspect, and decides when a watch begins again, when the next one follows, and when
/// this manager votes. Pure and single-threaded.
/// </summary>
internal sealed class SilenceInquiries(
    ManagerOptions options, byte id, AgreedState state, LeaveRequester replicas, ManagerVotes votes, StatusQuestions questions)
{
    private readonly List<SilenceProbe> _probes = [];
    private readonly Dictionary<byte, (long Since, Instant Until)> _holds = [];

    /// <summary>When <see cref="OnTimer"/> wants to be called next.</summary>
    public Instant NextDeadline => Deadlines.Earliest([.. _probes.Select(DueOf)]);

    /// <summary>Takes a replica's answer. A missing answer says nothing, so it is not given here.</summary>
    public void OnSighting(byte replica, ReplicaSighting sighting, Instant now)
    {
        foreach (var probe in _probes)
        {
            // The suspect is not measured against an incarnation that is not in the view.
            if (probe.Case.Replica == replica || replicas.View.Has(replica, sighting.Incarnation))
                probe.OnSighting(replica, sighting, now);
        }
    }

    /// <summary>A replica does not answer, because a foreign process keeps it from running.</summary>
    public void OnBlocked(byte replica)
    {
        foreach (var probe in _probes)
        {
            if (probe.Case.Replica == replica)
                probe.OnBlocked();
        }
    }

    /// <summary>Begins a probe for each case that is new, and drops those of cases in which no vote is owed any more.</summary>
    public void FollowCases(Instant now)
    {
        FollowHolds(now);
        _probes.RemoveAll(probe => !votes.AreOwedIn(probe.Case));
        foreach (var open in state.Cases)
        {
            if (open.Kind == CaseKind.Silent && votes.AreOwedIn(open) && !_probes.Exists(probe => probe.Case.Number == open.Number))
                _probes.Add(new SilenceProbe(open, id, now, options));
        }
    }

    /// <summary>Asks the replicas, and votes in the cases whose probe is over.</summary>
    public void OnTimer(Instant now)
    {
        // A restart that was reported just now must hold back the votes that are due now.
        FollowHolds(now);
        for (var i = 0; i < _probes.Count; i++)
        {
            if (replicas.LastSync is { } sync)
                _probes[i].OnLeaderHeard(sync.Commit, sync.At);
            if (HasSeenNothing(_probes[i], now))
                _probes[i] = _probes[i].Again(now);
            _probes[i] = Follow(_probes[i], now);
        }
    }

    private void FollowHolds(Instant now)
    {
        foreach (var seat in options.Seats)
        {
            var since = state.HeldSince(seat);
            if (since == 0 || (_holds.TryGetValue(seat, out var hold) && hold.Since == since))
                continue;
            _holds[seat] = (since, now + options.RestartHold);
            // Earlier votes no longer count, so their probes begin again.
            _probes.RemoveAll(probe => probe.Case.Replica == seat && probe.VotedAt is not null);
        }
    }

    /// <summary>
    /// Whether the probe must begin again: this manager came to its questions so late that it stood still itself, or no replica
    /// elsewhere answers it, or no sequencer tells the suspect what is committed.
    /// </summary>
    private bool HasSeenNothing(SilenceProbe probe, Instant now) => probe.VotedAt is null
        && (now - probe.AskAt > options.ProbeInterval * 2 || probe.IsDeaf(now) || (now >= EndOf(probe) && probe.IsWithoutLeader(now)));

    /// <summary>Asks what is due, and votes when the watch has decided something.</summary>
    /// <returns>The watch that goes on: the same, or the next one.</returns>
    private SilenceProbe Follow(SilenceProbe probe, Instant now)
    {
        if (now >= probe.AskAt && probe.VotedAt is null)
        {
            probe.AskAt = now + options.ProbeInterval;
            foreach (var seat in options.Seats)
                questions.Ask(seat);
        }

        if (now < EndOf(probe) || now < ManagerVotes.AgainAt(probe.VotedAt))
            return probe;
        if (probe.VotedAt is null && probe.Finding is SilenceFinding.Unclear or SilenceFinding.StandsStill)
            return probe.Next(now);
        probe.VotedAt = now;
        votes.Cast(probe.Case, probe.Finding == SilenceFinding.Dead, now);
        return probe;
    }

    private Instant DueOf(SilenceProbe probe) => probe.VotedAt is null
        ? Instant.Earlier(probe.AskAt, EndOf(probe))
        : Instant.Later(ManagerVotes.AgainAt(probe.VotedAt), EndOf(probe));

    /// <summary>
    /// A probe lasts for its time. If the suspect seems dead and is being restarted, the probe goes on until the restart's hold ends or the
    /// suspect is back. A suspect that is not dead when the probe's time ends does not become dead by waiting.
    /// </summary>
    private Instant EndOf(SilenceProbe probe)
    {
        var end = probe.BeganAt + options.ProbeTime;
        if (probe.Finding != SilenceFinding.Dead || !_holds.TryGetValue(probe.Case.Replica, out var hold))
            return end;
        return Instant.Later(end, hold.Until);
    }
}
