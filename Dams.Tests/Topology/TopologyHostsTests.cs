using System.Net;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.Tests.Topology;

public sealed class TopologyHostsTests
{
    /// <summary>Three hosts, of which one is behind NAT.</summary>
    internal const string Example = """
        {
          "cluster": "clinics",
          "hosts": { "mtl": "10.20.1.10", "que": "10.20.2.10", "she": { "address": "she.clinic.example", "listen": "0.0.0.0" } },
          "frontEnds":  [ { "host": "mtl" }, { "host": "que" }, { "host": "she" } ],
          "sequencers": [ { "host": "que" }, { "host": "she" } ],
          "replicas":   [ { "host": "mtl" }, { "host": "que" }, { "host": "she" }, { "host": "mtl" } ]
        }
        """;

    private static TopologyReading Read(string json) => TopologyReader.Read(json, "/srv/dams");

    [Test]
    public void Ids_ports_managers_and_folders_of_processes_on_hosts_follow()
    {
        var read = Read(Example);
        Assert.That(read.Problems, Is.Empty);
        var topology = read.Topology!;
        Assert.That(topology.Nodes.Select(node => $"{node.Host} {node.Id} {node.Address} {node.Listen}"), Is.EqualTo(new[]
        {
            "mtl frontend1 10.20.1.10:8080 10.20.1.10:8080",
            "que frontend2 10.20.2.10:8080 10.20.2.10:8080",
            "she frontend3 she.clinic.example:8080 0.0.0.0:8080",
            "que sequencer1 10.20.2.10:8082 10.20.2.10:8082",
            "she sequencer2 she.clinic.example:8083 0.0.0.0:8083",
            "mtl replica1 10.20.1.10:8091 10.20.1.10:8091",
            "que replica2 10.20.2.10:8092 10.20.2.10:8092",
            "she replica3 she.clinic.example:8093 0.0.0.0:8093",
            "mtl replica4 10.20.1.10:8094 10.20.1.10:8094",
            "mtl manager1 10.20.1.10:8101 10.20.1.10:8101",
            "que manager2 10.20.2.10:8102 10.20.2.10:8102",
            "she manager3 she.clinic.example:8103 0.0.0.0:8103",
            "mtl manager4 10.20.1.10:8104 10.20.1.10:8104",
        }));
        Assert.That(topology.FolderOf(NodeId.Replica(3)), Is.EqualTo("/srv/dams/replica3"));
        Assert.That(topology.IsBeyondLoopback, Is.True);
        Assert.That(topology.NodesOn("que").Select(node => node.Id.ToString()),
            Is.EqualTo(new[] { "frontend2", "sequencer1", "replica2", "manager2" }));
        Assert.That(topology.AllowedHosts, Is.EqualTo(new[] { "localhost", "10.20.1.10", "10.20.2.10", "she.clinic.example" }));
    }

    [Test]
    public void The_first_front_end_of_each_host_takes_orders_at_a_loopback_address()
    {
        var topology = Read("""
            {
              "hosts": { "a": "127.0.0.2", "b": "127.0.0.3" }, "sequencers": [{ "host": "a" }], "replicas": [{ "host": "a" }],
              "frontEnds": [{ "host": "a" }, { "host": "b" }, { "host": "a", "port": 8079 }]
            }
            """).Topology!;
        Assert.That(topology.FrontEnds.Select(node => topology.ControlOf(node.Id)?.ToString()),
            Is.EqualTo(new[] { "127.0.0.2:8081", "127.0.0.3:8081", null }));
        Assert.That(topology.Control, Is.EqualTo(topology.ControlOf(NodeId.FrontEnd(1))));
        Assert.That(topology.IsBeyondLoopback, Is.False);
        Assert.That(Read(Example).Topology!.ControlOf(NodeId.FrontEnd(2))!.ToString(), Is.EqualTo("127.0.0.1:8081"));
        Assert.That(topology.ControlOf(NodeId.Replica(1)), Is.Null);
        var single = ClusterTopology.Default();
        Assert.That(single.ControlOf(NodeId.FrontEnd(1)), Is.EqualTo(single.Control));
    }

    [Test]
    public void A_written_configuration_with_hosts_reads_as_the_same()
    {
        var first = Read(Example.Replace("\"hosts\": {", """
            "control": { "port": 9000 }, "managers": [{}, { "host": "que", "port": 7000 }, { }, { "id": "manager4" }],
            "hosts": { "six": "fd00::10", "both": { "address": "fd00::11", "listen": "::" }, "name": "DAMS.example",
            """, StringComparison.Ordinal).Replace("10.20.1.10", "mtl.example", StringComparison.Ordinal)
            .Replace("\"10.20.2.10\"", "{ \"address\": \"que\", \"listen\": \"::\" }", StringComparison.Ordinal)
            .Replace("0.0.0.0", "::", StringComparison.Ordinal)).Topology!;
        var written = first.Write("/srv/dams");
        var second = Read(written);
        Assert.That(second.Problems, Is.Empty);
        Assert.That(second.Topology!.Write("/srv/dams"), Is.EqualTo(written));
        Assert.That(second.Topology.Hosts.Values, Is.EqualTo(first.Hosts.Values));
        Assert.That(second.Topology.Nodes.Select(node => (node.Host, node.Address, node.Listen)),
            Is.EqualTo(first.Nodes.Select(node => (node.Host, node.Address, node.Listen))));
        Assert.That(second.Topology.Control, Is.EqualTo(new NodeAddress(IPAddress.Loopback, 9000)));
        Assert.That(first.Hosts["name"], Is.EqualTo(new ClusterHost("name", HostAddress.Parse("dams.example")!, IPAddress.IPv6Any)));
        Assert.That(first.Managers.Select(manager => $"{manager.Host}:{manager.Listen.Port}"),
            Is.EqualTo(new[] { "mtl:8101", "que:7000", "she:8103", "mtl:8104" }));
    }

    private static IEnumerable<TestCaseData> Problems()
    {
        const string nodes = """ "frontEnds": [{"host": "a"}], "sequencers": [{"host": "a"}], "replicas": [{"host": "a"}]""";
        static TestCaseData Of(string name, string json, params string[] problems) =>
            new TestCaseData(json, problems).SetArgDisplayNames(name);
        foreach (var address in new[]
        {
            "10.1", "010.0.0.1", "1", "0x7f.1", "127.0.0.1:80", "[::1]", "fe80::1", "::", "0.0.0.0", "224.0.0.1", "255.255.255.255",
            "::ffff:10.0.0.1", "a..b", "-a", "a_b", "", " a", "a.", "ff02::1", "a.300", "10.0.0.1/8",
        })
        {
            yield return Of($"address '{address}'", $$"""{"hosts": {"a": "{{address}}"}, {{nodes}}}""",
                $"$.hosts.a: is \"{address}\"; expected an IPv4 address such as 10.20.1.10");
        }

        yield return Of("no table", $$"""{"hosts": "a", {{nodes}}}""", "$.hosts: is the string \"a\"; expected an object",
            "$.frontEnds[0].host: is \"a\"", "$.sequencers[0].host: is \"a\"", "$.replicas[0].host: is \"a\"");
        yield return Of("empty table", """{"hosts": {}, "frontEnds": [], "sequencers": [], "replicas": []}""",
            "$.hosts: has 0; expected an object of 1 to 30", "$.frontEnds: has 0", "$.sequencers: has 0", "$.replicas: has 0");
        yield return Of("host is a number", $$"""{"hosts": {"a": 7}, {{nodes}}}""", "$.hosts.a: is 7; expected an IPv4 address");
        yield return Of("host without address", $$"""{"hosts": {"a": {} }, {{nodes}}}""", "$.hosts.a.address: is missing");
        yield return Of("host with more", $$"""{"hosts": {"a": {"address": "a", "port": 1} }, {{nodes}}}""",
            "$.hosts.a.port: is not known; expected one of address, listen");
        yield return Of("listen at a name", $$"""{"hosts": {"a": {"address": "a", "listen": "a"} }, {{nodes}}}""",
            "$.hosts.a.listen: is \"a\"; expected an address of this host");
        yield return Of("bad name of a host", $$"""{"hosts": {"a": "a", "B b": "b"}, {{nodes}}}""",
            "$.hosts.B b: is the name of a host; expected 1 to 32 lower-case letters");
        yield return Of("host twice", $$"""{"hosts": {"a": "a", "a": "b"}, {{nodes}}}""", "$.hosts.a: appears twice");
        yield return Of("unknown host",
            """{"hosts": {"a": "a", "b": "b"}, "frontEnds": [{"host": "c"}], "sequencers": [{"host": "a"}], "replicas": [{"host": "b"}]}""",
            "$.frontEnds[0].host: is \"c\"; expected a host: a, b");
        yield return Of("no host", """{"hosts": {"a": "a"}, "frontEnds": [{}], "sequencers": [{"host": "a"}], "replicas": [{"host": "a"}]}""",
            "$.frontEnds[0].host: is missing; expected a host: a");
        yield return Of("host and address",
            """{"hosts": {"a": "a"}, "frontEnds": [{"host": "a", "address": "127.0.0.1"}], "sequencers": [{"address": "127.0.0.1"}],"""
            + """ "replicas": [{"host": "a"}]}""",
            "$.frontEnds[0].address: stands beside \"host\"; expected \"host\" only",
            "$.sequencers[0].address: is there, and \"host\" is not; expected \"host\" only");
        yield return Of("host without a table", """{"replicas": [{"host": "a"}]}""",
            "$.replicas[0].host: is \"a\"; expected no host, because the table \"hosts\" is missing");
        yield return Of("lists are missing", """{"hosts": {"a": "a"}}""", "$.frontEnds: is missing", "$.sequencers: is missing",
            "$.replicas: is missing");
        yield return Of("address of control", $$"""{"hosts": {"a": "a"}, "control": {"address": "127.0.0.1"}, {{nodes}}}""",
            "$.control.address: is there; expected a port only");
        yield return Of("manager elsewhere",
            $$"""{"hosts": {"a": "a", "b": "b"}, "managers": [{"host": "b"}], {{nodes}}}""",
            "$.managers[0].host: is b, and replica1 stands on a; expected a, because a manager starts its replica");
        yield return Of("two names of one address",
            """{"hosts": {"a": "10.0.0.1", "b": "10.0.0.1"}, "frontEnds": [{"host": "a"}, {"host": "b"}], "sequencers": [{"host": "a"}],"""
            + """ "replicas": [{"host": "a"}, {"host": "b"}]}""",
            "$.frontEnds[1].port: is 10.0.0.1:8080, as $.frontEnds[0] is; expected an address and port of its own");
        yield return Of("two front ends on a host",
            """{"hosts": {"a": "a"}, "frontEnds": [{"host": "a"}, {"host": "a"}], "sequencers": [{"host": "a"}], "replicas": [{"host": "a"}]}""",
            "$.frontEnds[1].port: is a:8080, as $.frontEnds[0] is");
        yield return Of("control at a port of all addresses",
            """{"hosts": {"a": "a"}, "frontEnds": [{"host": "a"}], "sequencers": [{"host": "a", "port": 8081}], "replicas": [{"host": "a"}]}""",
            "$.control.port: is 127.0.0.1:8081, as $.sequencers[0] is");
        yield return Of("IPv4 and IPv6", $$"""{"hosts": {"a": "10.0.0.1", "b": "fd00::1"}, {{nodes}}}""",
            "$.hosts.a: listens at 10.0.0.1, from where fd00::1 of b can't be reached; expected addresses of one family",
            "$.hosts.b: listens at fd00::1, from where 10.0.0.1 of a can't be reached");
        yield return Of("loopback and beyond", $$"""{"hosts": {"a": "127.0.0.1", "b": "10.0.0.1"}, {{nodes}}}""",
            "$.hosts.a: is 127.0.0.1, a loopback address, and b is not; expected an address that the other hosts reach");
        yield return Of("listen at loopback", $$"""{"hosts": {"a": {"address": "a", "listen": "127.0.0.1"} }, {{nodes}}}""",
            "$.hosts.a: is a and listens at 127.0.0.1, of which one is a loopback address");
    }

    [TestCaseSource(nameof(Problems))]
    public void A_problem_with_hosts_says_where_it_is_what_is_wrong_and_what_is_expected(string json, string[] problems)
    {
        var read = Read(json);
        Assert.That(read.Topology, Is.Null);
        Assert.That(read.Problems, Has.Length.EqualTo(problems.Length), string.Join('\n', read.Problems));
        foreach (var (found, expected) in read.Problems.Zip(problems))
            Assert.That(found.ToString(), Does.StartWith(expected).And.Contain("; expected "));
    }

    [TestCase("10.20.1.10", "http://10.20.1.10:8080/")]
    [TestCase("fd00::10", "http://[fd00::10]:8080/")]
    [TestCase("mtl.clinic.example", "http://mtl.clinic.example:8080/")]
    public void An_address_stands_in_a_URI(string address, string uri) =>
        Assert.That(new PeerAddress(HostAddress.Parse(address)!, 8080).ToHttpUri().ToString(), Is.EqualTo(uri));

    [Test]
    public void A_cluster_on_the_loopback_address_of_IPv6_is_written_and_read()
    {
        var topology = ClusterTopology.Default(address: IPAddress.IPv6Loopback, dataFolder: "/srv/dams");
        Assert.That(topology.FrontEnds[0].Listen.ToString(), Is.EqualTo("[::1]:8080"));
        Assert.That(Read(topology.Write()).Topology?.Write(), Is.EqualTo(topology.Write()));
        Assert.That(topology.IsBeyondLoopback, Is.False);
    }
}
