using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// A manager's duties towards its own replica: it reports the restarts of its process, and the losses that nobody else can know of. It
/// decides when the replica is lost, and when its process can't be started. Pure and single-threaded.
/// </summary>
internal sealed class OwnReplica(
    ManagerOptions options, byte id, AgreedState state, LeaveRequester replicas, ReportSender reports, IReplicaAccess access,
    StatusQuestions questions)
{
    private readonly Dictionary<byte, ReplicaSighting> _seen = [];
    private PassageEvidence? _passage;
    private int _failedStarts;
    private long _lastRestart;
    private ulong _lossTold;
    private Instant _lossToldUntil;

    /// <summary>When <see cref="OnTimer"/> wants to be called next.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>Starts the timer. Call once.</summary>
    public void Start(Instant now) => NextDeadline = now;

    /// <summary>Looks at the replica, if it is time to.</summary>
    public void OnTimer(Instant now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = now + options.WatchInterval;
        questions.Ask(id);
    }

    /// <summary>Takes the own replica's answer, or that of another replica, which tells how far it is.</summary>
    public void OnSighting(byte replica, ReplicaSighting sighting, Instant now)
    {
        _seen[replica] = sighting;
        if (replica == id)
            Follow(sighting, now);
    }

    /// <summary>Takes the reply that a replica has stored under a number; null if it has none, or has not answered in time.</summary>
    public void OnReply(byte replica, long sequence, StoredAnswer? answer)
    {
        if (replica != id)
            _passage?.OnReply(replica, sequence, answer);
    }

    /// <summary>Takes a replica's state digest at a checkpoint; null if it has none, or has not answered in time.</summary>
    public void OnDigest(byte replica, long checkpoint, Digest? digest)
    {
        if (replica != id)
            _passage?.OnDigest(replica, checkpoint, digest);
    }

    /// <summary>The process has ended by itself, and is started again.</summary>
    public void OnExited(Instant now)
    {
        var incarnation = replicas.View.IncarnationOf(id);
        OnRestarts(now);
        if (++_failedStarts < options.FailedStartsMax)
            return;
        if (replicas.View.Voters == 0)
            return;
        if (incarnation != 0)
            ReportLoss(incarnation, LossCause.CannotStart, now);
        // The managers don't decide about an incarnation that never came into the view, or has left it.
        _failedStarts = 0;
        access.SetAsideUnless(incarnation);
    }

    /// <summary>Reports that the process is started again, so that nobody votes it dead meanwhile.</summary>
    public void OnRestarts(Instant now)
    {
        // Each restart needs a higher number, even within the same millisecond or after the clock was set back.
        _lastRestart = Math.Max(now.UnixMilliseconds, Math.Max(_lastRestart, state.LastRestart(id)) + 1);
        reports.Send(new RestartReport(id, replicas.View.IncarnationOf(id), _lastRestart), now);
    }

    /// <summary>Reports the losses that only a replica's own manager can know of.</summary>
    private void Follow(ReplicaSighting sighting, Instant now)
    {
        // It has answered, so its process can be started.
        _failedStarts = 0;
        if (WasReplacedBefore(sighting.Incarnation))
            access.SetAsideReplaced(sighting.Incarnation);
        else if (sighting.BlockedBy is { } lost)
            ReportLoss(lost, LossCause.FolderLost, now);
        else if (sighting.HasHalted)
            ReportLoss(sighting.Incarnation, LossCause.Halted, now);
        else if (sighting.IsOutdated)
            ReportLoss(sighting.Incarnation, LossCause.FolderOutdated, now);
        else if (sighting.WaitingBefore is { } poison)
            FollowPoison(poison, sighting.Incarnation, now);
    }

    /// <summary>
    /// Whether the replica runs on a copy of the folder of an incarnation whose replacement is over. A copy from before that incarnation
    /// joined looks like a new folder, so the replica would join again. The managers ignore what is reported about it, so nobody could
    /// replace it once more.
    /// </summary>
    private bool WasReplacedBefore(ulong incarnation) =>
        state.IsReplaced(id, incarnation) && replicas.View.Voters > 0 && !replicas.View.Has(id, incarnation)
        && state.Unsettled(id)?.Incarnation != incarnation
        && !state.Queue.Any(decision => decision.Replica == id && decision.Incarnation == incarnation);

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
            .Where(pair => pair.Key != id && pair.Value.Executed >= poison && replicas.View.Has(pair.Key, pair.Value.Incarnation))
            .Select(pair => pair.Key)];
        foreach (var replica in beyond)
        {
            access.AskReply(replica, poison);
            foreach (var checkpoint in beyond.Select(other => _seen[other].Checkpoint).Where(checkpoint => checkpoint >= poison).Distinct())
                access.AskDigest(replica, checkpoint);
        }
    }

    private void ReportLoss(ulong incarnation, LossCause cause, Instant now)
    {
        if (state.IsReplaced(id, incarnation) || !replicas.View.Has(id, incarnation) || (_lossTold == incarnation && now < _lossToldUntil))
            return;
        // A degraded seat is left to the operator; it is enough to repeat the report now and then.
        _lossTold = incarnation;
        _lossToldUntil = now + options.ReplacementPatience;
        reports.Send(new LossReport(id, incarnation, cause, replicas.View.Number.Value), now);
    }
}
