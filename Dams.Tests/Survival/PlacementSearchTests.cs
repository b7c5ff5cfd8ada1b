using System.Collections.Immutable;
using Dams.Hosting.Survival;
using Dams.Ordering;

namespace Dams.Tests.Survival;

/// <summary>The placement that is found for some hosts.</summary>
internal sealed class PlacementSearchTests
{
    private static ImmutableArray<string> Hosts(int count) => [.. Enumerable.Range(1, count).Select(i => $"h{i}")];

    private static string Shown(Placement placement) => string.Join(" | ", placement.Hosts.Select(host =>
        string.Concat(placement.Nodes.Where(node => node.Host == host && node.Id.Role != NodeRole.Manager)
            .Select(node => NodeId.WordOf(node.Id.Role)[0]))));

    [TestCase(1, "fssrrrr")]
    [TestCase(3, "frr | fsr | fsr")]
    public void The_best_placement_keeps_sequencers_away_from_hosts_with_several_replicas(int hosts, string expected) =>
        Assert.That(Shown(PlacementSearch.Best(Hosts(hosts), Hosts(hosts))), Is.EqualTo(expected));

    [TestCase(2)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    public void With_more_than_one_host_no_loss_of_one_stops_calls_unless_there_are_two(int count)
    {
        var placement = PlacementSearch.Best(Hosts(count), Hosts(count));
        var singles = LossRules.OfHostsAndPairs(placement).Where(loss => loss.Hosts.Length == 1).ToList();
        Assert.That(singles.Count(loss => loss.Calls == CallsAfterLoss.GoOn), Is.EqualTo(count == 2 ? 1 : count), Shown(placement));
        if (count >= 4)
            Assert.That(singles.Where(loss => !loss.ReplacesWrong), Is.Empty, Shown(placement));
    }

    [TestCase(1)]
    [TestCase(8)]
    [TestCase(30)]
    public void Any_number_of_hosts_gets_one_cluster(int count)
    {
        var frontEnds = Hosts(count)[..Math.Min(count, 8)];
        var placement = PlacementSearch.Best(Hosts(count), frontEnds);
        Assert.That(
            (placement.Of(NodeRole.FrontEnd).Length, placement.Of(NodeRole.Replica).Length, placement.Of(NodeRole.Manager).Length),
            Is.EqualTo((frontEnds.Length, 4, 4)));
        Assert.That(placement.Nodes.Select(node => node.Id), Is.Unique);
        Assert.That(placement.Hosts, Is.SubsetOf(Hosts(count)));
    }

    [Test]
    public void The_same_hosts_give_the_same_placement_and_front_ends_stand_where_they_are_wanted()
    {
        var (first, second) = (PlacementSearch.Best(Hosts(5), ["h2", "h4"]), PlacementSearch.Best(Hosts(5), ["h2", "h4"]));
        Assert.That(first.Nodes, Is.EqualTo(second.Nodes));
        Assert.That(first.Of(NodeRole.FrontEnd).Select(node => node.Host), Is.EqualTo(new[] { "h2", "h4" }));
    }

    [Test]
    public void No_placement_of_three_hosts_survives_more_than_the_one_that_is_found()
    {
        var found = Scores(PlacementSearch.Best(Hosts(3), Hosts(3)));
        foreach (var other in new[] { "fsrr | fsr | fr", "fsrr | fsrr | f", "fsr | fsr | fsrr", "frr | frr | fss", "fsrrr | fsr | f" })
            Assert.That(Scores(Placements.Of(other)), Is.LessThanOrEqualTo(found), other);

        static int Scores(Placement placement) => LossRules.OfHostsAndPairs(placement)
            .Count(loss => loss.Hosts.Length == 1 && loss.Calls == CallsAfterLoss.GoOn);
    }
}
