using System.Collections.Immutable;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Hosting.Survival;

/// <summary>Finds what is weak in a configuration that is valid. Each warning is a sentence or two for people. Pure.</summary>
public static class PlacementWarnings
{
    /// <summary>All warnings about a configuration.</summary>
    public static ImmutableArray<string> Of(ClusterTopology topology)
    {
        var placement = Placement.Of(topology);
        var ofHosts = placement.Hosts.Length == 1 ? OfOneHost(placement) : OfHosts(placement);
        return [.. OfReplicas(topology), .. OfFrontEnds(placement), .. ofHosts];
    }

    /// <summary>The warnings about replicas alone. A running cluster shows these, too: they hold wherever its processes stand.</summary>
    public static ImmutableArray<string> OfReplicas(ClusterTopology topology)
    {
        var warnings = new List<string>();
        var count = topology.Replicas.Length;
        if (count < VotingRules.AnswerQuorum)
            warnings.Add($"There is {Count(count, "replica")}: no call is ever answered, because an answer needs "
                + $"{VotingRules.AnswerQuorum} equal replies.");
        else if (count < VotingRules.ReplicasForBothFaults)
            warnings.Add($"There are {count} replicas: with fewer than {VotingRules.ReplicasForBothFaults}, the cluster does not survive a "
                + "wrong replica while another is down.");
        foreach (var same in topology.Replicas.GroupBy(replica => replica.Versions[0]).Where(same => same.Count() > 1))
            warnings.Add($"{Joined(same.Select(replica => replica.Id))} begin with the same version, {same.Key}: they make the same "
                + "mistakes, and two equal replies are an answer.");
        return [.. warnings];
    }

    private static IEnumerable<string> OfFrontEnds(Placement placement)
    {
        if (placement.Of(NodeRole.FrontEnd) is [var only])
            yield return $"There is one front end, {only.Id}: while it or its host is down, no client is served.";
    }

    private static IEnumerable<string> OfOneHost(Placement placement)
    {
        yield return $"All processes stand on one host, {placement.Hosts[0]}: the cluster does not survive its loss.";
    }

    private static IEnumerable<string> OfHosts(Placement placement)
    {
        var managers = placement.Of(NodeRole.Manager);
        if (managers.Length > 1 && managers.All(manager => manager.Host == managers[0].Host))
            yield return $"All managers stand on {managers[0].Host}: if it is lost, nobody replaces a replica.";
        foreach (var host in placement.Hosts)
        {
            var verdict = LossRules.After(placement, [host]);
            if (verdict.Calls == CallsAfterLoss.Stop)
                yield return $"If {host} is lost, calls stop: {VerdictText.ReasonOf(verdict, placement)}.";
            else if (verdict.Calls == CallsAfterLoss.GoOnIfLedElsewhere)
            {
                var sequencers = placement.Of(NodeRole.Sequencer).Where(node => node.Host == host).Select(node => node.Id);
                var replicas = placement.Of(NodeRole.Replica).Count(node => node.Host == host);
                yield return $"{Joined(sequencers)} and {Count(replicas, "replica")} of {placement.Of(NodeRole.Replica).Length} "
                    + $"stand on {host}. If {host} is lost while it leads, calls stop: {VerdictText.ReasonOf(verdict, placement)}. "
                    + "Move the sequencer to a host with fewer replicas.";
            }
        }
    }

    private static string Count(int count, string noun) => count == 1 ? $"one {noun}" : $"{count} {noun}s";

    private static string Joined(IEnumerable<NodeId> ids) => string.Join(" and ", ids);
}
