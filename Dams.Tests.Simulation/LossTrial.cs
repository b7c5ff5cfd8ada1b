using Dams.Hosting.Survival;
using Dams.Lab;
using Dams.Ordering;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>Tries out in the simulation what is said about losses in a placement.</summary>
internal sealed class LossTrial(Placement placement)
{
    // Calls end within ten seconds. Two dead replicas are ordered out within 25 s, because a replacement is overdue after eight seconds.
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(13);
    private static readonly TimeSpan s_orderedOut = TimeSpan.FromSeconds(40);

    // A front end suspects within ten seconds a replica that misses every vote, and managers watch it for three.
    private static readonly TimeSpan s_firstOrderedOut = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_takeOver = TimeSpan.FromSeconds(6);

    private ulong _seed;

    public Placement Placement { get; } = placement;

    /// <summary>How many runs there were.</summary>
    public int Runs { get; private set; }

    /// <summary>Tells whether a verdict and the runs differ, and how.</summary>
    public IEnumerable<string> Differences(LossVerdict verdict)
    {
        var seen = See(verdict);
        var lost = verdict.Hosts.IsEmpty ? "nothing" : string.Join(" and ", verdict.Hosts);
        return seen == Of(verdict) ? [] : [$"loss of {lost}: the verdict is {Of(verdict)}, but the runs show {seen}"];
    }

    private static Seen Of(LossVerdict verdict) => new(
        verdict.Calls, verdict.FailOver, verdict.OutvotesWrong, verdict.ReplacesWrong, verdict.AllowsRestart, verdict.DelaysStrictWrites);

    private Seen See(LossVerdict verdict)
    {
        var lost = verdict.Nodes;
        var left = Placement.Of(NodeRole.Replica).Select(node => node.Id).Where(id => !lost.Contains(id)).ToList();
        var leaders = Placement.Of(NodeRole.Sequencer).Select(node => node.Id).GroupBy(id => lost.Contains(id))
            .Select(alike => alike.First()).ToList();
        var led = leaders.ConvertAll(leader => (Leader: leader, Outcome: Run(leader, leader, new LossCase(lost)
        {
            Watched = s_deadline,
            IsOver = outcome => outcome is { Open: 0, HasRestarted: true },
            Restarted = left.FirstOrDefault().Number is > 0 and var number ? number : null,
        })));
        foreach (var (leader, outcome) in led)
        {
            Broken.Unless(
                outcome.Answered == 0 || outcome.Answered == outcome.Asked,
                $"{outcome.Answered} of {outcome.Asked} calls are answered after a loss of {string.Join(",", lost)} led by {leader}");
        }

        var going = led.FindAll(run => run.Outcome.Answered > 0);
        var worst = led.Find(run => lost.Contains(run.Leader));
        worst = worst.Outcome is null ? led[0] : worst;
        var lies = (from run in going
                    from managersLeader in leaders
                    from liar in left.Take(1)
                    select Run(run.Leader, managersLeader, LossCaseOf(lost), liar.Number)).ToList();
        return new Seen(
            going.Count == 0 ? CallsAfterLoss.Stop : going.Count < led.Count ? CallsAfterLoss.GoOnIfLedElsewhere : CallsAfterLoss.GoOn,
            lost.Contains(worst.Leader)
                ? worst.Outcome.HasNewLeader ? FailOver.Possible : FailOver.Impossible
                : SeeFailOver(worst.Leader, lost),
            lies.Count > 0 && lies.TrueForAll(lie => lie.Answered > 0),
            lies.Count > 0 && lies.TrueForAll(lie => lie.IsReplaced),
            worst.Outcome.HasRestarted,
            Placement.IsStrict && going.Exists(run => run.Outcome.Fastest >= TimeSpan.FromMilliseconds(250)));
    }

    // A liar that nobody outvotes keeps all calls from being answered, and then nobody accuses it.
    private static LossCase LossCaseOf(IReadOnlyCollection<NodeId> lost) => new(lost)
    {
        Watched = s_orderedOut,
        IsOver = outcome => outcome.Open == 0 && (outcome.IsReplaced || outcome.Answered == 0),
    };

    private FailOver SeeFailOver(NodeId leader, IReadOnlyCollection<NodeId> lost)
    {
        // Nobody can take over if nobody is there.
        if (Placement.Of(NodeRole.Sequencer).All(other => other.Id == leader || lost.Contains(other.Id)))
            return FailOver.Impossible;
        if (HasNewLeader(TimeSpan.Zero))
            return FailOver.Possible;
        return HasNewLeader(s_firstOrderedOut) ? FailOver.Later : FailOver.Impossible;

        bool HasNewLeader(TimeSpan after) => Run(leader, leader, new LossCase(lost)
        {
            LeaderDiesAfter = after,
            Watched = after + s_takeOver,
            IsOver = outcome => outcome.HasNewLeader,
        }).HasNewLeader;
    }

    private LossOutcome Run(NodeId leader, NodeId managersLeader, LossCase loss, byte? liar = null)
    {
        Runs++;
        var knobs = new SimulationKnobs
        {
            Replicas = Placement.Of(NodeRole.Replica).Length,
            Sequencers = Placement.Of(NodeRole.Sequencer).Length,
            FrontEnds = Placement.Of(NodeRole.FrontEnd).Length,
            Leader = leader.Number,
            ManagersLeader = managersLeader.Number,
            Strict = Placement.IsStrict,
            Liar = liar,
            LieKind = LieKind.Outcome,
            LiesPerMille = 1000,
            Clients = 0,
        };
        return new Simulation(++_seed, knobs).Lose(loss);
    }

    private sealed record Seen(
        CallsAfterLoss Calls, FailOver FailOver, bool OutvotesWrong, bool ReplacesWrong, bool AllowsRestart, bool DelaysStrictWrites);
}
