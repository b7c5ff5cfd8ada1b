using Dams.Contracts.Domain;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Tests.Engines.Model;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>A run in which nothing happens but the loss of some hosts. It shows what the cluster can still do.</content>
internal sealed partial class Simulation
{
    private static readonly TimeSpan s_asked = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(500);

    private LossCase? _losing;
    private long _liesFrom;
    private int _slots;

    /// <summary>
    /// Starts the cluster, waits until it is steady, and loses the hosts. The knobs must have no other faults and no clients.
    /// </summary>
    public LossOutcome Lose(LossCase loss)
    {
        try
        {
            (_losing, _liesFrom) = (loss, long.MaxValue);
            foreach (var node in _nodes.Values)
                StartUp(node);
            StartManagers();
            RunUntil(IsSteady, TimeSpan.FromSeconds(5).Ticks);
            Broken.Unless(IsSteady(), $"the cluster is not steady: {DescribeStuck()}");
            // No incarnation is suspected in the first seconds after its first vote.
            foreach (var frontEnd in _group.FrontEnds)
                CallAgainAndAgain(_nodes[NodeId.FrontEnd(frontEnd)]);
            Run(TimeSpan.FromSeconds(3));
            return AfterLoss(loss);
        }
        finally
        {
            foreach (var replica in _replicas)
                replica.UseEngine(null);
        }
    }

    private LossOutcome AfterLoss(LossCase loss)
    {
        var leader = ActiveSequencer() ?? throw new BrokenException("no sequencer leads before the loss");
        Broken.Unless(
            leader.Id.Number == _knobs.Leader && ManagersLeader == _knobs.ManagersLeader, $"{leader.Id} leads, and not the preferred one");
        var began = _liesFrom = _now;
        var liar = _knobs.Liar is { } number ? _replicas[number - 1] : null;
        var lied = liar?.Log!.Record.Incarnation;
        foreach (var id in loss.Lost.OrderByDescending(id => id.Role))
            Stop(id.Role == NodeRole.Manager ? _managers[id.Number - 1] : _nodes[id]);
        if (loss.LeaderDiesAfter is { } delay)
            At(_now + delay.Ticks, () => Stop(leader));
        var hasCrashed = false;
        if (loss.Restarted is { } restarted)
        {
            At(_now + TimeSpan.FromSeconds(4).Ticks, () =>
            {
                hasCrashed = true;
                Stop(_replicas[restarted - 1]);
                At(_now + Milliseconds(300), () => Restart(_replicas[restarted - 1]));
            });
        }

        LossOutcome outcome;
        do
        {
            Run(s_step);
            outcome = Look();
        }
        while (_now < began + s_asked.Ticks || (_now < began + loss.Watched.Ticks && !loss.IsOver(outcome)));
        CallHistory.Check([.. _calls.Where(call => call.Ended is not null)], _checker.Order, _checker.Skipped, new ReferenceModel());
        return outcome;

        LossOutcome Look()
        {
            var asked = _calls.Where(call => call.Began > began && call.Began < began + s_asked.Ticks).ToList();
            var answered = asked.Where(call => call.Result is Answered).ToList();
            return new LossOutcome(
                asked.Count, answered.Count, asked.Count(call => call.Ended is null),
                answered.Count == 0 ? null : TimeSpan.FromTicks(answered.Min(call => call.Ended!.Value - call.Began)),
                ActiveSequencer() is { } other && other != leader,
                hasCrashed && loss.Restarted is { } back
                    && _replicas[back - 1] is { IsUp: true, Replica.Member.State: not MemberState.Unconfirmed },
                liar is { IsUp: true } && liar.Log!.Record.Incarnation != lied && liar.Replica.Member is { IsVoter: true });
        }
    }

    private void Run(TimeSpan time)
    {
        var end = _now + time.Ticks;
        At(end, () => { });
        RunUntil(() => _now >= end, end);
    }

    /// <summary>Writes something new all the time, for as long as the front end lives.</summary>
    private void CallAgainAndAgain(SimulatedNode frontEnd)
    {
        if (!frontEnd.IsUp)
            return;
        var day = new DateOnly(2025, 1, 1).AddDays(_slots++);
        var slot = new Slot(new AppointmentId(Hospital.MTL, day, TimeOfDay.Morning), AppointmentType.Surgeon);
        var call = new RecordedCall(frontEnd.Id.Number, new AddAppointment(new CallerId(true, Hospital.MTL, 1), slot, 1), null, _now);
        _calls.Add(call);
        Submit(call, frontEnd);
        At(_now + Milliseconds(_now < _liesFrom || _now - _liesFrom < s_asked.Ticks ? 200 : 500), () => CallAgainAndAgain(frontEnd));
    }

    private bool IsSteady() => AllVote() && AllVote(_managerTwins) && ActiveSequencer() is not null && ManagersLeader is not null;

    private SimulatedNode? ActiveSequencer() => _nodes.Values.FirstOrDefault(node =>
        node is { IsUp: true, Id.Role: NodeRole.Sequencer, Sequencer.State: SequencerState.Active });

    private byte? ManagersLeader => _twins.Values.FirstOrDefault(node =>
        node is { IsUp: true, Id.Role: NodeRole.Sequencer, Sequencer.State: SequencerState.Active })?.Id.Number;

    /// <summary>The sequencers in the order of preference: the leader, and then the others.</summary>
    private IReadOnlyList<byte> PreferenceOf(byte leader) =>
        [leader, .. Enumerable.Range(1, _knobs.Sequencers).Select(id => (byte)id).Where(id => id != leader)];

    /// <summary>
    /// Lets the process ask for the LEAVE that its manager wants now. Nothing else would wake it while no SYNC comes, because the sequencer
    /// is mute. It leaves a SYNC the time to come first, so that the seeds go on meaning the same runs.
    /// </summary>
    private void ServeRequester(SimulatedNode process)
    {
        if (!process.IsUp || !_knobs.AsksWhileMute)
            return;
        var wake = Math.Max(process.Protocol!.NextDeadline.Ticks, _now + (_group.SyncInterval * 2).Ticks);
        if (wake >= process.WakeAt)
            return;
        process.WakeAt = wake;
        var boot = process.BootCount;
        At(wake, () => Wake(process, boot, wake));
    }
}
