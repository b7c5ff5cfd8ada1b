using Dams.Contracts.Management;
using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <content>A manager's own inquiries, before it votes.</content>
internal sealed partial class ManagerProtocol
{
    // Longer than the timeout of a question, so that there is one at a time.
    private static readonly TimeSpan s_repliesPause = TimeSpan.FromMilliseconds(600);

    private readonly List<SilenceProbe> _probes = [];
    private readonly List<ReplyEvidence> _evidence = [];
    private readonly HashSet<byte> _asked = [];
    private readonly Dictionary<byte, ReplicaSighting> _seen = [];
    private int _failedStarts;
    private readonly Dictionary<byte, (long Since, Instant Until)> _holds = [];
    private DigestRound? _round;
    private long _rounds;
    private long _comparedFor;
    private long _roundSince;
    private readonly Dictionary<byte, (ulong Incarnation, Instant Until)> _minoritiesTold = [];
    private PassageEvidence? _passage;
    private Instant _watchAt;
    private Instant _digestAt;
    private ulong _lossTold;
    private Instant _lossToldUntil;

    /// <summary>Takes a replica's answer to <see cref="IReplicaWatch.AskStatus"/>; null if none came in time.</summary>
    public void OnStatus(byte replica, ReplicaSighting? sighting, Instant now)
    {
        _asked.Remove(replica);
        if (sighting is not null)
        {
            _seen[replica] = sighting;
            foreach (var probe in _probes)
            {
                // The suspect is not measured against an incarnation that is not in the view.
                if (probe.Case.Replica == replica || IsInView(replica, sighting.Incarnation))
                    probe.OnSighting(replica, sighting, now);
            }

            if (replica == _id)
                OnOwnSighting(sighting, now);
        }

        if (_round is { } round && round.OnSighting(replica, sighting))
            AskDigests(round);
    }

    /// <summary>
    /// Takes a replica's answer to <see cref="IReplicaWatch.AskReply"/>; null if it has no such reply, or has not answered in time.
    /// </summary>
    public void OnReply(byte replica, long sequence, StoredAnswer? answer, Instant now)
    {
        foreach (var evidence in _evidence)
            evidence.OnReply(replica, sequence, answer);
        if (replica != _id)
            _passage?.OnReply(replica, sequence, answer);
    }

    /// <summary>
    /// Takes a replica's answer to <see cref="IReplicaWatch.AskDigest"/>; null if it has no such digest, or has not answered in time.
    /// </summary>
    public void OnDigest(byte replica, long checkpoint, Digest? digest, Instant now)
    {
        _round?.OnDigest(replica, checkpoint, digest);
        if (replica != _id)
            _passage?.OnDigest(replica, checkpoint, digest);
    }

    /// <summary>
    /// The last checkpoint at which the replicas' states were divided, so that nobody can say which is right. Null if there was none, or if
    /// they were compared later and were not divided.
    /// </summary>
    public long? DividedAt { get; private set; }

    /// <summary>The own replica's process has ended by itself, and is started again.</summary>
    public void OnReplicaExited(Instant now)
    {
        var incarnation = _replicas.View.TryGet(_id, out var present) ? present.Incarnation.Value : 0;
        OnReplicaRestarts(now);
        if (++_failedStarts < _options.FailedStartsMax)
            return;
        if (_replicas.View.Voters == 0)
            return;
        if (incarnation != 0)
            ReportLoss(incarnation, LossCause.CannotStart, now);
        // The managers don't decide about an incarnation that never came into the view, or has left it.
        _failedStarts = 0;
        _watch.SetAsideUnless(incarnation);
    }

    /// <summary>Looks once into each open case, except those about the own replica, and drops inquiries into closed cases.</summary>
    private void FollowCases(Instant now)
    {
        FollowHolds(now);
        _probes.RemoveAll(probe => !IsMine(probe.Case));
        _evidence.RemoveAll(evidence => !IsMine(evidence.Case));
        foreach (var open in State.Cases)
        {
            if (!IsMine(open))
                continue;
            if (open.Kind == CaseKind.Silent && !_probes.Exists(probe => probe.Case.Number == open.Number))
                _probes.Add(new SilenceProbe(open, _id, now, _options));
            else if (open.Kind == CaseKind.Wrong && !_evidence.Exists(evidence => evidence.Case.Number == open.Number))
                _evidence.Add(NewEvidence(open, now));
        }

        for (var i = 0; i < _evidence.Count; i++)
        {
            var evidence = _evidence[i];
            if (HasStoodStill(evidence, now))
                _evidence[i] = evidence = NewEvidence(evidence.Case, now);
            AskForReplies(evidence, now);
            if ((!evidence.IsComplete && now < evidence.Until) || now < VoteAgainAt(evidence.VotedAt))
                continue;
            evidence.VotedAt = now;
            Vote(evidence.Case, evidence.IsGuilty, now);
        }

        if (_round is { } round && (round.IsComplete || now >= round.Until))
            FinishRound(round, now);
        if (_round is null
            && State.Cases.FirstOrDefault(open =>
                open.Kind == CaseKind.State && open.Number > _comparedFor && IsMine(open)) is { } differing)
        {
            _comparedFor = differing.Number;
            BeginRound(now, differing.Checkpoint);
        }
    }

    private bool IsMine(Case about) =>
        (about.Replica != _id || _options.Mutant == ManagementMutant.OwnManagerVotes)
        && State.Cases.Any(open => open.Number == about.Number && !open.HasVoted(_id));

    private ReplyEvidence NewEvidence(Case open, Instant now)
    {
        List<byte> witnesses =
            [.. _replicas.View.Members.Where(member => member.Votes && member.Id != open.Replica).Select(member => member.Id)];
        return new ReplyEvidence(open, witnesses, now, _options);
    }

    /// <summary>
    /// Whether this manager stood still meanwhile. A manager that comes to its questions so late has not asked all of them, so the replies
    /// that it lacks say nothing.
    /// </summary>
    private bool HasStoodStill(ReplyEvidence evidence, Instant now) =>
        _options.Mutant != ManagementMutant.BlindVote && evidence.VotedAt is null && !evidence.IsComplete
        && now - evidence.AskAt > s_repliesPause * 2;

    /// <summary>Asks again for missing replies until the inquiry ends: a replica that has not answered may just have been busy.</summary>
    private void AskForReplies(ReplyEvidence evidence, Instant now)
    {
        if (now < evidence.AskAt || now >= evidence.Until || evidence.VotedAt is not null || evidence.IsComplete)
            return;
        evidence.AskAt = now + s_repliesPause;
        foreach (var (replica, sequence) in evidence.Missing.ToList())
            _watch.AskReply(replica, sequence);
    }

    /// <summary>Votes. A vote of guilty needs a view that has the accused: an incarnation that has left is accused of nothing.</summary>
    private void Vote(Case open, bool isGuilty, Instant now)
    {
        var isPresent = IsInView(open.Replica, open.Incarnation);
        if (_options.Mutant is ManagementMutant.CaseOutlivesIncarnation or ManagementMutant.OwnManagerVotes)
            isPresent = true;
        if (_options.Mutant == ManagementMutant.OwnManagerVotes && open.Replica == _id)
            isGuilty = true;
        Report(
            new VoteReport(
                open.Replica, open.Incarnation, _id, open.Number, isGuilty && isPresent,
                isGuilty && isPresent ? _replicas.View.Number.Value : 0, State.Number),
            now);
    }

    private void OnInquiryTimersElapsed(Instant now)
    {
        // A restart that was reported just now must hold the votes that are due now.
        FollowHolds(now);
        if (now >= _watchAt)
        {
            _watchAt = now + _options.WatchInterval;
            AskStatus(_id);
        }

        if (now >= _digestAt)
        {
            _digestAt = now + _options.DigestInterval;
            AcquitWhoHasGone(now);
            if (_round is null)
                BeginRound(now);
        }

        for (var i = 0; i < _probes.Count; i++)
        {
            if (_replicas.LastSync is { } sync)
                _probes[i].OnReignHeard(sync.Commit, sync.At);
            if (HasSeenNothing(_probes[i], now))
                _probes[i] = new SilenceProbe(_probes[i].Case, _id, now, _options);
            FollowProbe(_probes[i], now);
        }
    }

    /// <summary>
    /// Whether the probe must begin again. A manager that comes to its questions so late stood still itself, and one that nobody answers
    /// knows nothing of anyone.
    /// </summary>
    private bool HasSeenNothing(SilenceProbe probe, Instant now) => _options.Mutant != ManagementMutant.BlindVote && probe.VotedAt is null
        && (now - probe.AskAt > _options.ProbeInterval * 2 || probe.IsDeaf(now) || (now >= EndOf(probe) && probe.IsWithoutReign(now)));

    private void FollowProbe(SilenceProbe probe, Instant now)
    {
        if (now >= probe.AskAt && probe.VotedAt is null)
        {
            probe.AskAt = now + _options.ProbeInterval;
            foreach (var slot in _options.Slots)
                AskStatus(slot);
        }

        if (now < EndOf(probe) || now < VoteAgainAt(probe.VotedAt))
            return;
        probe.VotedAt = now;
        Vote(probe.Case, probe.IsDead, now);
    }

    /// <summary>
    /// When a vote is repeated that was not ordered. Other reports may have pushed it out while it waited to be ordered.
    /// </summary>
    private static Instant VoteAgainAt(Instant? votedAt) => votedAt is { } at ? at + s_repeat : default;

    private Instant DueOf(SilenceProbe probe) => probe.VotedAt is null
        ? Instant.Earlier(probe.AskAt, EndOf(probe))
        : Instant.Later(VoteAgainAt(probe.VotedAt), EndOf(probe));

    private static Instant DueOf(ReplyEvidence evidence) => evidence.VotedAt is null
        ? Instant.Earlier(evidence.AskAt, evidence.Until)
        : VoteAgainAt(evidence.VotedAt);

    /// <summary>
    /// A probe lasts for its time. If the suspect seems dead and is being restarted, the probe goes on until the restart's hold ends or the
    /// suspect is back. A suspect that is not dead when the probe's time ends does not become dead by waiting.
    /// </summary>
    private Instant EndOf(SilenceProbe probe)
    {
        var end = probe.BeganAt + _options.ProbeTime;
        return probe.IsDead && _holds.TryGetValue(probe.Case.Replica, out var hold) && hold.Until > end ? hold.Until : end;
    }

    private void FollowHolds(Instant now)
    {
        foreach (var slot in _options.Slots)
        {
            var since = State.HeldSince(slot);
            if (since == 0 || (_holds.TryGetValue(slot, out var hold) && hold.Since == since))
                continue;
            _holds[slot] = (since, now + _options.RestartHold);
            // Earlier votes no longer count, so their probes begin again.
            _probes.RemoveAll(probe => probe.Case.Replica == slot && probe.VotedAt is not null);
        }
    }

    /// <summary>Compares the states at the given checkpoint, where one is said to differ; else at a checkpoint that all have.</summary>
    private void BeginRound(Instant now, long? checkpoint = null)
    {
        var voters = _replicas.View.Members.Where(member => member.Votes)
            .ToDictionary(member => member.Id, member => member.Incarnation.Value);
        if (voters.Count < 3)
            return;
        _roundSince = State.Number;
        var until = now + _options.AnswerPatience;
        if (checkpoint is { } at)
        {
            _round = DigestRound.At(at, voters, until, _options.Mutant);
            AskDigests(_round);
            return;
        }

        _round = new DigestRound(voters, until, isWithoutLowest: ++_rounds % 2 == 0, _options.Mutant);
        foreach (var voter in _options.Slots)
        {
            if (voters.ContainsKey(voter))
                AskStatus(voter);
        }
    }

    private void AskDigests(DigestRound round)
    {
        foreach (var voter in _options.Slots)
        {
            if (round.Voters.ContainsKey(voter))
                _watch.AskDigest(voter, round.Checkpoint!.Value);
        }
    }

    private void FinishRound(DigestRound round, Instant now)
    {
        _round = null;
        if (round.IsDivided)
            DividedAt = round.Checkpoint;
        else if (round.IsComplete && round.Checkpoint > 0)
            DividedAt = null;
        if (round.Minority is { } liar && liar != _id)
            TellMinority(liar, round.Voters[liar], round.Checkpoint!.Value, now);
        if (_options.Mutant == ManagementMutant.StateIsNeverAcquitted)
            return;
        foreach (var open in State.Cases)
        {
            // A comparison that began before the difference was known, or at an earlier checkpoint, says nothing about it.
            if (open.Kind == CaseKind.State && open.Number <= _roundSince && round.Checkpoint >= open.Checkpoint
                && round.Voters.GetValueOrDefault(open.Replica) == open.Incarnation && round.IsWithMajority(open.Replica) && IsMine(open))
            {
                Vote(open, isGuilty: false, now);
            }
        }
    }

    private void TellMinority(byte liar, ulong incarnation, long checkpoint, Instant now)
    {
        if (!IsInView(liar, incarnation) || State.IsReplaced(liar, incarnation)
            || (_minoritiesTold.TryGetValue(liar, out var told) && told.Incarnation == incarnation && now < told.Until))
        {
            return;
        }

        _minoritiesTold[liar] = (incarnation, now + _options.MinorityPause);
        Report(new DigestReport(liar, incarnation, _id, checkpoint, _replicas.View.Number.Value), now);
    }

    /// <summary>
    /// Votes "not seen" about the state of an incarnation that was ordered out for something else: nobody can compare that state any more.
    /// Only a later view shows that it has left, because an older one may never have heard of it.
    /// </summary>
    private void AcquitWhoHasGone(Instant now)
    {
        foreach (var open in State.Cases)
        {
            if (open.Kind == CaseKind.State && IsMine(open)
                && _replicas.View.Number.Value > open.View && !IsInView(open.Replica, open.Incarnation))
            {
                Vote(open, isGuilty: false, now);
            }
        }
    }

    /// <summary>Reports the losses that only a replica's own manager can know of.</summary>
    private void OnOwnSighting(ReplicaSighting sighting, Instant now)
    {
        // It has answered, so its process can be started.
        _failedStarts = 0;
        if (sighting.BlockedBy is { } lost)
            ReportLoss(lost, LossCause.FolderLost, now);
        else if (sighting.HasHalted)
            ReportLoss(sighting.Incarnation, LossCause.Halted, now);
        else if (sighting.IsOutdated)
            ReportLoss(sighting.Incarnation, LossCause.FolderOutdated, now);
        else if (sighting.WaitingBefore is { } poison)
            FollowPoison(poison, sighting.Incarnation, now);
    }

    /// <summary>
    /// A replica that waits before an entry is lost once two others have passed that entry. Until then it waits for the operator's word.
    /// </summary>
    private void FollowPoison(long poison, ulong incarnation, Instant now)
    {
        if (_passage is { IsPassed: true } passage && passage.Entry == poison)
        {
            ReportLoss(incarnation, LossCause.Poisoned, now);
            return;
        }

        _passage = new PassageEvidence(poison);
        List<byte> beyond = [.. _seen
            .Where(pair => pair.Key != _id && pair.Value.Executed >= poison && IsInView(pair.Key, pair.Value.Incarnation))
            .Select(pair => pair.Key)];
        foreach (var replica in beyond)
        {
            _watch.AskReply(replica, poison);
            foreach (var checkpoint in beyond.Select(other => _seen[other].Checkpoint).Where(checkpoint => checkpoint >= poison).Distinct())
                _watch.AskDigest(replica, checkpoint);
        }
    }

    private void ReportLoss(ulong incarnation, LossCause cause, Instant now)
    {
        if (State.IsReplaced(_id, incarnation) || !IsInView(_id, incarnation) || (_lossTold == incarnation && now < _lossToldUntil))
            return;
        // A degraded seat is left to the operator; it is enough to repeat the report now and then.
        _lossTold = incarnation;
        _lossToldUntil = now + _options.ReplacementPatience;
        Report(new LossReport(_id, incarnation, cause, _replicas.View.Number.Value), now);
    }

    private void AskStatus(byte replica)
    {
        if (_asked.Add(replica))
            _watch.AskStatus(replica);
    }
}
