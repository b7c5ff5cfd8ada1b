using Dams.Hosting.Survival;
using Dams.Hosting.Topology;

namespace Dams.Tests.Survival;

/// <summary>The warnings about valid configurations.</summary>
internal sealed class PlacementWarningsTests
{
    private const string Hosts = """ "hosts": { "mtl": "10.0.0.1", "que": "10.0.0.2", "she": "10.0.0.3" }, """;

    private static ClusterTopology Read(string json) => TopologyReader.Read(json, Path.GetTempPath()) is { Topology: { } topology }
        ? topology
        : throw new InvalidOperationException(string.Join("; ", TopologyReader.Read(json, Path.GetTempPath()).Problems));

    private static string List(params string[] hosts) => $"[{string.Join(",", hosts.Select(host => $"{{\"host\":\"{host}\"}}"))}]";

    private static ClusterTopology Three(string[] frontEnds, string[] sequencers, string[] replicas) => Read(
        $"{{{Hosts}\"frontEnds\":{List(frontEnds)},\"sequencers\":{List(sequencers)},\"replicas\":{List(replicas)}}}");

    [Test]
    public void A_good_placement_has_no_warnings() => Assert.That(
        PlacementWarnings.Of(Three(["mtl", "que", "she"], ["que", "she"], ["mtl", "que", "she", "mtl"])), Is.Empty);

    [Test]
    public void A_sequencer_on_a_host_with_half_of_the_replicas_is_named() => Assert.That(
        PlacementWarnings.Of(Three(["mtl", "que", "she"], ["mtl", "que"], ["mtl", "que", "she", "mtl"])), Is.EqualTo(new[]
        {
            "sequencer1 and 2 replicas of 4 stand on mtl. If mtl is lost while it leads, calls stop: 2 replicas are left, and another "
                + "sequencer needs 3 promises to take over. Move the sequencer to a host with fewer replicas.",
        }));

    [Test]
    public void One_front_end_and_a_host_that_stops_the_answers_are_named() => Assert.That(
        PlacementWarnings.Of(Three(["mtl"], ["que"], ["mtl", "que", "she", "mtl"])), Is.EqualTo(new[]
        {
            "There is one front end, frontend1: while it or its host is down, no client is served.",
            "If mtl is lost, calls stop: no front end is left.",
            "If que is lost, calls stop: no sequencer is left.",
        }));

    [Test]
    public void Managers_on_one_host_are_named() => Assert.That(
        PlacementWarnings.Of(Three(["mtl", "que"], ["que", "she"], ["mtl", "mtl", "mtl", "mtl"])), Is.EqualTo(new[]
        {
            "All managers stand on mtl: if it is lost, nobody replaces a replica.",
            "If mtl is lost, calls stop: no replica is left, and an answer needs 2 equal replies.",
        }));

    [Test]
    public void One_host_is_one_warning() => Assert.That(
        PlacementWarnings.Of(ClusterTopology.Default()), Is.EqualTo(new[]
        {
            "There is one front end, frontend1: while it or its host is down, no client is served.",
            "All processes stand on one host, 127.0.0.1: the cluster does not survive its loss.",
        }));

    [Test]
    public void Fewer_than_four_replicas_are_named()
    {
        var four = ClusterTopology.Default();
        Assert.That(PlacementWarnings.OfReplicas(four), Is.Empty);
        Assert.That(PlacementWarnings.OfReplicas(four with { Replicas = four.Replicas[..3] }).Single(),
            Does.StartWith("There are 3 replicas: with fewer than 4, the cluster does not survive a wrong replica while another is down"));
        Assert.That(PlacementWarnings.OfReplicas(four with { Replicas = four.Replicas[..1] }).Single(),
            Does.StartWith("There is one replica: no call is ever answered"));
    }

    [Test]
    public void Replicas_that_begin_with_one_version_are_named() => Assert.That(
        PlacementWarnings.OfReplicas(ClusterTopology.Default(versions: ["Ledger", "Journal", "Ledger", "Calendar"])).Single(),
        Does.StartWith("replica1 and replica3 begin with the same version, Ledger"));
}
