using System.Collections.Immutable;
using Dams.Ordering;

namespace Dams.Hosting.Survival;

/// <summary>
/// Finds out what a cluster survives: what is left after hosts are lost, and what that is enough for by the protocol's own rules and
/// numbers. There is no table of cases. A host is lost with all its processes, while the cluster is whole and steady, and stays away. Pure.
/// </summary>
public static class LossRules
{
    /// <summary>The loss of each host alone, and then that of each pair of hosts.</summary>
    public static IEnumerable<LossVerdict> OfHostsAndPairs(Placement placement)
    {
        var hosts = placement.Hosts;
        return
        [
            .. hosts.Select(host => After(placement, [host])),
            .. hosts.SelectMany((first, i) => hosts.Skip(i + 1).Select(second => After(placement, [first, second]))),
        ];
    }

    /// <summary>
    /// The verdict on a loss. Any sequencer may lead, and each group may have another leader, so it is the worst of all these.
    /// </summary>
    /// <param name="placement">The cluster.</param>
    /// <param name="lost">The hosts that are lost at the same moment; none for the cluster as it is.</param>
    public static LossVerdict After(Placement placement, ImmutableArray<string> lost)
    {
        var rest = new Remains(placement, lost);
        var sequencers = placement.Of(NodeRole.Sequencer);
        var leaders = sequencers.Select(sequencer => !lost.Contains(sequencer.Host)).Distinct().ToList();
        var replicas = leaders.ConvertAll(isLed => rest.GroupOf(NodeRole.Replica, isLed));
        var going = replicas.Where(rest.Answers).ToList();
        var managed = leaders.SelectMany(isLed => going.Select(group => (group, rest.GroupOf(NodeRole.Manager, isLed)))).ToList();
        var needsFailOver = leaders.Contains(false);
        var worst = rest.GroupOf(NodeRole.Replica, !needsFailOver);
        var calls = going.Count == 0 ? CallsAfterLoss.Stop
            : going.Count < replicas.Count ? CallsAfterLoss.GoOnIfLedElsewhere
            : CallsAfterLoss.GoOn;
        return new LossVerdict(lost, [.. placement.Nodes.Where(node => lost.Contains(node.Host)).Select(node => node.Id)])
        {
            Calls = calls,
            Reason = calls == CallsAfterLoss.GoOn ? null : rest.ReasonFor(worst),
            NeedsFailOver = needsFailOver,
            FailOver = rest.FailOverOf(worst, !needsFailOver),
            OutvotesWrong = going.Count > 0 && going.TrueForAll(rest.OutvotesWrong),
            ReplacesWrong = managed.Count > 0 && managed.TrueForAll(both => rest.ReplacesWrong(both.group, both.Item2)),
            AllowsRestart = worst.ConfirmsRestart(placement.IsDurable),
            DelaysStrictWrites = placement.IsStrict && going.Count > 0 && worst.Live < VotingRules.StrictQuorum,
            Sequencers = rest.Sequencers,
            Replicas = worst.Live,
        };
    }
}
