using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Compares the state digests of all replicas, all the time and for each new case about a state. It decides when a comparison begins, when
/// a minority is reported, and when this manager acquits an accused. Pure and single-threaded.
/// </summary>
internal sealed class StateInquiries(
    ManagerOptions options, byte id, AgreedState state, LeaveRequester replicas, ManagerVotes votes, ReportSender reports,
    IReplicaAccess access, StatusQuestions questions)
{
    private readonly Dictionary<byte, (ulong Incarnation, Instant Until)> _minoritiesTold = [];
    private DigestRound? _round;
    private long _rounds;
    private long _roundSince;
    private long _comparedFor;
    private Instant _compareAt;

    /// <summary>
    /// The last checkpoint at which the replicas' states were divided, so that nobody can say which is right. Null if there was none, or if
    /// they were compared later and were not divided.
    /// </summary>
    public long? DividedAt { get; private set; }

    /// <summary>When <see cref="OnTimer"/> or <see cref="FollowCases"/> wants to be called next.</summary>
    public Instant NextDeadline => _round is { } round ? Instant.Earlier(_compareAt, round.Until) : _compareAt;

    /// <summary>Starts the timer. Call once.</summary>
    public void Start(Instant now) => _compareAt = now + options.DigestInterval;

    /// <summary>Takes a replica's answer about itself; null if none came in time.</summary>
    public void OnStatus(byte replica, ReplicaSighting? sighting)
    {
        if (_round is { } round && round.OnSighting(replica, sighting))
            AskDigests(round);
    }

    /// <summary>Takes a replica's state digest at a checkpoint; null if it has none, or has not answered in time.</summary>
    public void OnDigest(byte replica, long checkpoint, Digest? digest) => _round?.OnDigest(replica, checkpoint, digest);

    /// <summary>Begins the next comparison, if it is time to.</summary>
    public void OnTimer(Instant now)
    {
        if (now < _compareAt)
            return;
        _compareAt = now + options.DigestInterval;
        AcquitWhoHasGone(now);
        if (_round is null)
            Begin(now);
    }

    /// <summary>Ends a comparison that is complete or whose time is over, and begins one for a new case.</summary>
    public void FollowCases(Instant now)
    {
        if (_round is { } round && (round.IsComplete || now >= round.Until))
            Finish(round, now);
        if (_round is null
            && state.Cases.FirstOrDefault(open =>
                open.Kind == CaseKind.State && open.Number > _comparedFor && votes.AreOwedIn(open)) is { } differing)
        {
            _comparedFor = differing.Number;
            Begin(now, differing.Checkpoint);
        }
    }

    /// <summary>Compares the states at the given checkpoint, where one is said to differ; else at a checkpoint that all have.</summary>
    private void Begin(Instant now, long? checkpoint = null)
    {
        var voters = replicas.View.Members.Where(member => member.Votes)
            .ToDictionary(member => member.Id, member => member.Incarnation.Value);
        if (voters.Count < 3)
            return;
        _roundSince = state.Number;
        var until = now + options.AnswerPatience;
        if (checkpoint is { } at)
        {
            _round = DigestRound.At(at, voters, until);
            AskDigests(_round);
            return;
        }

        _round = new DigestRound(voters, until, isWithoutLowest: ++_rounds % 2 == 0);
        foreach (var voter in options.Seats)
        {
            if (voters.ContainsKey(voter))
                questions.Ask(voter);
        }
    }

    private void AskDigests(DigestRound round)
    {
        foreach (var voter in options.Seats)
        {
            if (round.Voters.ContainsKey(voter))
                access.AskDigest(voter, round.Checkpoint!.Value);
        }
    }

    private void Finish(DigestRound round, Instant now)
    {
        _round = null;
        if (round.IsDivided)
            DividedAt = round.Checkpoint;
        else if (round.IsComplete && round.Checkpoint > 0)
            DividedAt = null;
        if (round.Minority is { } liar && liar != id)
            TellMinority(liar, round.Voters[liar], round.Checkpoint!.Value, now);
        foreach (var open in state.Cases)
        {
            // A comparison that began before the difference was known, or at an earlier checkpoint, says nothing about it.
            if (open.Kind == CaseKind.State && open.Number <= _roundSince && round.Checkpoint >= open.Checkpoint
                && round.Voters.GetValueOrDefault(open.Replica) == open.Incarnation && round.IsWithMajority(open.Replica)
                && votes.AreOwedIn(open))
            {
                votes.Cast(open, isGuilty: false, now);
            }
        }
    }

    private void TellMinority(byte liar, ulong incarnation, long checkpoint, Instant now)
    {
        if (!replicas.View.Has(liar, incarnation) || state.IsReplaced(liar, incarnation)
            || (_minoritiesTold.TryGetValue(liar, out var told) && told.Incarnation == incarnation && now < told.Until))
        {
            return;
        }

        _minoritiesTold[liar] = (incarnation, now + options.MinorityPause);
        reports.Send(new DigestReport(liar, incarnation, id, checkpoint, replicas.View.Number.Value), now);
    }

    /// <summary>
    /// Votes "not seen" about the state of an incarnation that was ordered out for something else: nobody can compare that state any more.
    /// </summary>
    private void AcquitWhoHasGone(Instant now)
    {
        foreach (var open in state.Cases)
        {
            if (open.Kind == CaseKind.State && votes.AreOwedIn(open)
                && replicas.View.HasLost(open.Replica, open.Incarnation, seenIn: open.View))
            {
                votes.Cast(open, isGuilty: false, now);
            }
        }
    }
}
