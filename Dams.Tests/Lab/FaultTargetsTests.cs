using System.Net;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Lab;
using Dams.Ordering;

namespace Dams.Tests.Lab;

internal sealed class FaultTargetsTests
{
    private static readonly ClusterTopology s_topology = ClusterTopology.Default();

    [TestCase("2", "replica2")]
    [TestCase("replica2", "replica2")]
    [TestCase("r2", "replica2")]
    [TestCase("rm3", "manager3")]
    [TestCase("manager3", "manager3")]
    [TestCase("seq1", "sequencer1")]
    [TestCase("fe1", "frontend1")]
    public void A_process_has_a_long_and_a_short_name(string name, string id) =>
        Assert.That(FaultTargets.Parse(s_topology, "process", name).ToString(), Is.EqualTo(id));

    [TestCase("0")]
    [TestCase("5")]
    [TestCase("seq3")]
    [TestCase("replica")]
    [TestCase("-1")]
    [TestCase("")]
    [TestCase("everything")]
    public void An_unknown_name_is_refused_with_the_known_names(string name) => Assert.That(
        () => FaultTargets.Parse(s_topology, "process", name),
        Throws.TypeOf<OrderRefusedException>()
            .With.Message.StartsWith($"process is '{name}'; expected a replica's number, or one of frontend1, sequencer1"));

    [Test]
    public void A_number_in_a_partition_is_a_replica_and_its_manager()
    {
        var groups = FaultTargets.ParseGroups(s_topology, "1,replica2 | 3, seq1");
        Assert.That(
            groups.Select(group => string.Join(' ', group.Select(node => node.ToString()).Order())),
            Is.EqualTo(new[] { "manager1 replica1 replica2", "manager3 replica3 sequencer1" }));
    }

    [TestCase("1,2", "two or more groups")]
    [TestCase("", "two or more groups")]
    [TestCase("1,|2", "two or more groups")]
    [TestCase("1,replica2|r2,3", "each process in one group, but replica2 is in 2")]
    [TestCase("1|9", "groups is '9'; expected a replica's number")]
    public void Invalid_groups_are_refused(string groups, string problem) =>
        Assert.That(
            () => FaultTargets.ParseGroups(s_topology, groups),
            Throws.TypeOf<OrderRefusedException>().With.Message.Contains(problem));

    [TestCase("200ms", 200)]
    [TestCase("5s", 5_000)]
    [TestCase("2m", 120_000)]
    [TestCase("0ms", 0)]
    public void A_duration_has_a_unit(string text, int milliseconds)
    {
        Assert.That(DurationText.TryParse(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.That(DurationText.TryParse(DurationText.Write(duration), out var again), Is.True);
        Assert.That(again, Is.EqualTo(duration));
    }

    [TestCase("5")]
    [TestCase("s")]
    [TestCase("-5s")]
    [TestCase("5 s")]
    [TestCase("1.5s")]
    [TestCase("1234567ms")]
    [TestCase("5s\n")]
    [TestCase("\u0665s", Description = "a digit, but not one that is read as a number")]
    [TestCase(null)]
    public void Anything_else_is_no_duration(string? text) => Assert.That(DurationText.TryParse(text, out _), Is.False);

    [Test]
    public void The_lab_is_forbidden_beyond_loopback_and_where_its_ports_are_taken()
    {
        Assert.That(LabPorts.ProblemsOf(s_topology), Is.Empty);
        var beyond = s_topology with { Control = new NodeAddress(IPAddress.Parse("192.0.2.1"), 8081) };
        Assert.That(LabPorts.ProblemsOf(beyond), Is.EqualTo(new[]
        {
            "--lab: control listens at 192.0.2.1:8081, but faults may be injected only where everything is on loopback addresses",
        }));
        var hosts = TopologyReader.Read("""
            {
              "hosts": { "a": "127.0.0.2", "b": "127.0.0.3" },
              "frontEnds": [{ "host": "a" }], "sequencers": [{ "host": "b" }], "replicas": [{ "host": "a" }]
            }
            """, "/srv").Topology!;
        Assert.That(LabPorts.ProblemsOf(hosts).Single(), Is.EqualTo(
            "--lab: there are the hosts a, b, but faults may be injected only where all processes are on one host and in one data folder"));
        var high = ClusterTopology.Default(portsFrom: 64_530);
        Assert.That(LabPorts.ProblemsOf(high), Has.Count.EqualTo(8).And.All.Contains("64535 at most"));
        var frontEnd = new ClusterNode(new NodeId(NodeRole.FrontEnd, 1), new NodeAddress(IPAddress.Loopback, 9_082));
        var apart = s_topology with { FrontEnds = [frontEnd] };
        Assert.That(
            LabPorts.ProblemsOf(apart).Single(),
            Does.StartWith("--lab: 127.0.0.1:9082, the lab port of sequencer1, is the port of frontend1"));
    }
}
