using System.Collections.Immutable;
using Dams.Ordering;

namespace Dams.Hosting.Survival;

/// <summary>
/// Finds the placement that survives most. It tries all ways to put four replicas and a few sequencers on the hosts, and compares what
/// <see cref="LossRules"/> say about them. The same hosts always give the same placement. Pure.
/// </summary>
public static class PlacementSearch
{
    private const int Replicas = VotingRules.ReplicasForBothFaults;
    private const int SequencersMin = 2;
    private const int SequencersMax = 3;

    /// <summary>
    /// Only the first hosts get replicas and sequencers, so that there is an end of what is tried. Four replicas and three sequencers need
    /// no more than seven.
    /// </summary>
    private const int HostsTried = Replicas + SequencersMax;

    /// <summary>Finds the best placement.</summary>
    /// <param name="hosts">The names of the hosts; at least one. Those that come first are preferred if others are as good.</param>
    /// <param name="frontEnds">The hosts that get a front end each; at least one.</param>
    public static Placement Best(ImmutableArray<string> hosts, ImmutableArray<string> frontEnds)
    {
        var tried = hosts.Take(HostsTried).ToImmutableArray();
        return Spreads(Replicas, tried.Length)
            .Where(spread => IsOrdered(spread, i => frontEnds.Contains(tried[i])))
            .SelectMany(spread => Choices(tried.Length).Select(chosen => Of(hosts, frontEnds, spread, chosen)))
            .Select(placement => (Placement: placement, Score: ScoreOf(placement)))
            .Aggregate((best, next) => IsBetter(next.Score, best.Score) ? next : best).Placement;
    }

    private static Placement Of(ImmutableArray<string> hosts, ImmutableArray<string> frontEnds, int[] spread, ImmutableArray<int> chosen)
    {
        // Neighbours in the list of replicas stand on different hosts: the first versions of the register are not all on one.
        var replicas = Enumerable.Range(0, Replicas)
            .SelectMany(round => Enumerable.Range(0, spread.Length).Where(host => spread[host] > round))
            .Select(host => hosts[host]).ToList();
        return new Placement(
        [
            .. frontEnds.Select((host, i) => new PlacedNode(NodeId.FrontEnd((byte)(i + 1)), host)),
            .. chosen.Select((host, i) => new PlacedNode(NodeId.Sequencer((byte)(i + 1)), hosts[host])),
            .. replicas.Select((host, i) => new PlacedNode(NodeId.Replica((byte)(i + 1)), host)),
            .. replicas.Select((host, i) => new PlacedNode(NodeId.Manager((byte)(i + 1)), host)),
        ]);
    }

    /// <summary>
    /// The merits of a placement, the most important first: what every single host's loss leaves, then what pairs leave, then few
    /// processes.
    /// </summary>
    private static int[] ScoreOf(Placement placement)
    {
        var losses = LossRules.OfHostsAndPairs(placement).ToLookup(loss => loss.Hosts.Length);
        return
        [
            losses[1].Count(loss => loss.Calls == CallsAfterLoss.GoOn),
            losses[1].Count(loss => loss.Calls != CallsAfterLoss.Stop),
            losses[1].Count(loss => loss.ReplacesWrong),
            losses[1].Count(loss => loss.FailOver == FailOver.Possible),
            losses[1].Count(loss => loss.AllowsRestart),
            losses[2].Count(loss => loss.Calls == CallsAfterLoss.GoOn),
            losses[2].Count(loss => loss.Calls != CallsAfterLoss.Stop),
            losses[1].Count(loss => loss.Sequencers.Length > 1),
            -placement.Of(NodeRole.Sequencer).Length,
            -placement.Nodes.GroupBy(node => node.Host).Max(host => host.Count()),
        ];
    }

    /// <summary>
    /// Whether hosts of the same kind have no fewer replicas than those after them. Such hosts are interchangeable, so that no other spread
    /// needs to be tried.
    /// </summary>
    private static bool IsOrdered(int[] spread, Func<int, bool> hasFrontEnd) => Enumerable.Range(0, spread.Length)
        .GroupBy(hasFrontEnd).All(kind => kind.Zip(kind.Skip(1)).All(pair => spread[pair.First] >= spread[pair.Second]));

    private static bool IsBetter(int[] score, int[] than)
    {
        for (var i = 0; i < score.Length; i++)
        {
            if (score[i] != than[i])
                return score[i] > than[i];
        }

        return false;
    }

    /// <summary>All ways to put a number of replicas on hosts, those with the most on the first hosts first.</summary>
    private static IEnumerable<int[]> Spreads(int replicas, int hosts)
    {
        if (hosts == 1)
            return [[replicas]];
        return Enumerable.Range(0, replicas + 1).Reverse()
            .SelectMany(here => Spreads(replicas - here, hosts - 1).Select(rest => (int[])[here, .. rest]));
    }

    /// <summary>All ways to choose hosts for the sequencers. Several stand on one host if there are too few.</summary>
    private static IEnumerable<ImmutableArray<int>> Choices(int hosts) => Enumerable.Range(SequencersMin, SequencersMax - SequencersMin + 1)
        .SelectMany(count => Choices(count, 0, hosts, mayRepeat: hosts < SequencersMin + 1));

    private static IEnumerable<ImmutableArray<int>> Choices(int count, int from, int hosts, bool mayRepeat) => count == 0
        ? [[]]
        : Enumerable.Range(from, hosts - from).SelectMany(host =>
            Choices(count - 1, mayRepeat ? host : host + 1, hosts, mayRepeat).Select(rest => (ImmutableArray<int>)[host, .. rest]));
}
