using System.Net;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Topology;

public sealed class TopologyReaderTests
{
    private static TopologyReading Read(string json) => TopologyReader.Read(json, "/srv/dams");

    [Test]
    public void An_empty_object_is_the_default_cluster()
    {
        var read = Read("{}");
        Assert.That(read.Problems, Is.Empty);
        Assert.That(read.Topology!.Write(), Is.EqualTo(ClusterTopology.Default(dataFolder: "/srv/dams").Write()));
    }

    [Test]
    public void The_default_cluster_has_the_documented_ports()
    {
        var topology = ClusterTopology.Default(9000, IPAddress.Parse("127.4.5.6"), "/srv/dams");
        Assert.That(topology.FrontEnds.Select(node => $"{node.Id}={node.Listen}"), Is.EqualTo(new[] { "frontend1=127.4.5.6:9000" }));
        Assert.That(topology.Control.ToString(), Is.EqualTo("127.4.5.6:9001"));
        Assert.That(topology.Sequencers.Select(node => $"{node.Id}={node.Listen.Port}"),
            Is.EqualTo(new[] { "sequencer1=9002", "sequencer2=9003" }));
        Assert.That(topology.Replicas.Select(node => $"{node.Id}={node.Listen.Port}"),
            Is.EqualTo(new[] { "replica1=9011", "replica2=9012", "replica3=9013", "replica4=9014" }));
        Assert.That(topology.Managers.Select(node => $"{node.Id}={node.Listen.Port}"),
            Is.EqualTo(new[] { "manager1=9021", "manager2=9022", "manager3=9023", "manager4=9024" }));
    }

    [Test]
    public void The_four_replicas_begin_with_four_different_versions_and_each_lists_them_all()
    {
        var replicas = ClusterTopology.Default().Replicas;
        Assert.That(replicas.Select(replica => replica.Versions[0]), Is.EqualTo(KnownVersions.Names.Take(replicas.Length)).And.Unique);
        Assert.That(replicas.Select(replica => replica.Versions), Is.All.EquivalentTo(KnownVersions.Names));
    }

    [Test]
    public void A_written_configuration_reads_as_the_same()
    {
        var text = """
            {
              // Comments and trailing commas are for people.
              "$schema": "dams.schema.json",
              "cluster": "clinic-7", "dataFolder": "data", "keyFile": "k", "publicBaseUrl": "https://dams.example.org/x",
              "allowedHosts": ["dams.example.org"],
              "trustedProxies": ["127.0.0.1", "10.1.0.0/16", "::1", "fd00::/8", "192.0.2.7/32"],
              "frontEnds": [{ "id": "frontend1", "port": 1001 }, { "id": "frontend2", "address": "127.0.0.2", "port": 1001 }],
              "control": { "port": 1002 },
              "sequencers": [{ "id": "sequencer3", "port": 1003 }],
              "replicas": [{ "id": "replica7", "port": 1004, "versions": ["Journal"], "dataFolder": "/var/r7" }],
              "log": { "folder": "l", "fileBytesMax": 70000, "archivesMax": 0 },
              "durability": "memory", "strict": true,
              "limits": { "callDeadlineMs": 2500, "requestBytesMax": 5000, "xmlDepthMax": 9, "inFlightCallsMax": 3, },
            }
            """;
        var first = Read(text);
        Assert.That(first.Problems, Is.Empty);
        var written = first.Topology!.Write();
        var second = TopologyReader.Read(written, "/elsewhere");
        Assert.That(second.Problems, Is.Empty);
        Assert.That(second.Topology!.Write(), Is.EqualTo(written));
        Assert.That(second.Topology.Limits, Is.EqualTo(new ClusterLimits
        {
            CallDeadline = TimeSpan.FromMilliseconds(2500),
            RequestBytesMax = 5000,
            XmlDepthMax = 9,
            InFlightCallsMax = 3,
        }));
        Assert.That(second.Topology.TrustedProxies.Select(proxy => proxy.ToString()),
            Is.EqualTo(new[] { "127.0.0.1/32", "10.1.0.0/16", "::1/128", "fd00::/8", "192.0.2.7/32" }));
        Assert.That(written, Does.Contain("\"127.0.0.1\"").And.Contain("\"192.0.2.7\"").And.Contain("\"10.1.0.0/16\""));
        Assert.That(second.Topology.KeyFile, Is.EqualTo("/srv/dams/data/k"));
        Assert.That(second.Topology.Log, Is.EqualTo(new LogSettings("/srv/dams/data/l", 70000, 0)));
        Assert.That(second.Topology.FolderOf(new NodeId(NodeRole.Replica, 7)), Is.EqualTo("/var/r7"));
        Assert.That(second.Topology.Managers.Single().ToString(), Does.Contain("manager7").And.Contain("127.0.0.1:1014"));
    }

    [Test]
    public void Paths_in_the_data_folder_are_written_relative_to_it_and_follow_a_copy()
    {
        var topology = Read(
            """{ "dataFolder": "data", "keyFile": "keys/k", "log": { "folder": "/var/log/dams" },"""
            + """ "replicas": [{ "id": "replica1", "port": 1, "dataFolder": "/mnt/r1" }, { "id": "replica2", "port": 2 }] }""").Topology!;
        var written = topology.Write("/srv/dams/data");
        Assert.That(written, Does.Not.Contain("/srv"));
        Assert.That(TopologyReader.Read(written, "/srv/dams/data").Topology!.Write(), Is.EqualTo(topology.Write()));
        var copy = TopologyReader.Read(written, "/copy").Topology!;
        Assert.That((copy.DataFolder, copy.KeyFile, copy.Log.Folder), Is.EqualTo(("/copy", "/copy/keys/k", "/var/log/dams")));
        Assert.That(copy.Replicas.Select(replica => replica.DataFolder), Is.EqualTo(new[] { "/mnt/r1", "/copy/replica2" }));
        Assert.That(TopologyReader.Read(topology.Write("/srv"), "/srv").Topology!.Write(), Is.EqualTo(topology.Write()));
        Assert.That(copy.KeptElsewhere().Select(kept => kept.Owner), Is.EqualTo(new[] { "replica1", "the logs" }));
    }

    [TestCase("up.lock", "dams.json", true)]
    [TestCase("identity.json", "dams.json", true)]
    [TestCase("other", "dams.json", false, Description = "not a data folder")]
    [TestCase("up.lock", "mine.json", false, Description = "not the file that dams up writes")]
    public void A_file_in_a_data_folder_describes_that_folder_even_if_written_for_another(string mark, string name, bool isAtHome)
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File(mark), "");
        File.WriteAllText(folder.File(name),
            (ClusterTopology.Default(dataFolder: "/original") with { PublicBaseUrl = new Uri("https://dams.example.org/") }).Write());
        var read = TopologyReader.ReadFile(folder.File(name));
        var expected = ClusterTopology.Default(dataFolder: isAtHome ? folder.Path
            : "/original") with
        { PublicBaseUrl = new Uri("https://dams.example.org/") };
        Assert.That(read.Topology!.Write(), Is.EqualTo(expected.Write()));
        Assert.That(read.WrittenFor, Is.EqualTo(isAtHome ? "/original" : null));
    }

    private static IEnumerable<TestCaseData> Problems()
    {
        static TestCaseData Of(string name, string json, params string[] problems) =>
            new TestCaseData(json, problems).SetArgDisplayNames(name);
        yield return Of("unknown property", """{"colour": 1}""", "$.colour: is not known");
        yield return Of("unknown nested property", """{"limits": {"speed": 1}}""", "$.limits.speed: is not known");
        yield return Of("property twice", """{"strict": true, "strict": false}""", "$.strict: appears twice");
        yield return Of("root is a list", "[]", "$: is a list; expected an object");
        yield return Of("not JSON", "{\n\"a\": }", "$: line 2, byte 6 is not JSON");
        yield return Of("null", """{"cluster": null}""", "$.cluster: is null");
        yield return Of("number for a string", """{"cluster": 7}""", "$.cluster: is 7; expected 1 to 32");
        yield return Of("bad name", """{"cluster": "My Clinic"}""", "$.cluster: is \"My Clinic\"");
        yield return Of("string for a number", """{"limits": {"xmlDepthMax": "32"}}""",
            "$.limits.xmlDepthMax: is the string \"32\"; expected a whole number from 8 to 256");
        yield return Of("fraction", """{"limits": {"xmlDepthMax": 32.5}}""", "$.limits.xmlDepthMax: is 32.5");
        yield return Of("too large", """{"limits": {"xmlDepthMax": 257}}""",
            "$.limits.xmlDepthMax: is 257; expected a whole number from 8 to 256");
        yield return Of("not a flag", """{"strict": "yes"}""", "$.strict: is the string \"yes\"; expected true or false");
        yield return Of("unknown choice", """{"durability": "tape"}""", "$.durability: is \"tape\"; expected one of disk, memory");
        yield return Of("object for a list", """{"replicas": {}}""", "$.replicas: is an object; expected a list of 1 to 7");
        yield return Of("element is not an object", """{"sequencers": [1]}""", "$.sequencers[0]: is 1; expected an object");
        yield return Of("no sequencer", """{"sequencers": []}""", "$.sequencers: has 0; expected a list of 1 to 8");
        yield return Of("no replica", """{"replicas": [], "managers": [{"id": "manager1", "port": 1}]}""",
            "$.replicas: has 0; expected a list of 1 to 7", "$.managers: has manager1, and there is no replica1");
        yield return Of("missing port that does not follow", """{"sequencers": [{"id": "sequencer9"}]}""",
            "$.sequencers[0].port: is missing; expected a whole number from 1 to 65535");
        yield return Of("id of another role", """{"frontEnds": [{"id": "replica1", "port": 1}]}""", "$.frontEnds[0].id: is \"replica1\"");
        yield return Of("id with leading zero", """{"frontEnds": [{"id": "frontend01", "port": 1}]}""",
            "$.frontEnds[0].id: is \"frontend01\"");
        yield return Of("port 0", """{"frontEnds": [{"id": "frontend1", "port": 0}]}""",
            "$.frontEnds[0].port: is 0; expected a whole number from 1 to 65535");
        yield return Of("not loopback", """{"frontEnds": [{"id": "frontend1", "address": "0.0.0.0", "port": 1}]}""",
            "$.frontEnds[0].address: is \"0.0.0.0\"; expected a loopback address, such as 127.0.0.1 or ::1; "
                + "a process on another machine stands on a host of the table \"hosts\"");
        yield return Of("a name is no address", """{"control": {"address": "localhost"}}""", "$.control.address: is \"localhost\"");
        yield return Of("long form of IPv6", """{"control": {"address": "0:0:0:0:0:0:0:1"}}""",
            "$.control.address: is \"0:0:0:0:0:0:0:1\"");
        yield return Of("two front ends by default", """{"frontEnds": [{}, {}]}""",
            "$.frontEnds[1].port: is 127.0.0.1:8080, as $.frontEnds[0] is");
        yield return Of("abbreviated address", """{"control": {"address": "127.1"}}""", "$.control.address: is \"127.1\"");
        yield return Of("duplicate id", """{"sequencers": [{"id": "sequencer1", "port": 1}, {"id": "sequencer1", "port": 2}]}""",
            "$.sequencers[1].id: is sequencer1, as $.sequencers[0] is");
        yield return Of("duplicate port", """{"sequencers": [{"id": "sequencer1", "port": 8080}]}""",
            "$.sequencers[0].port: is 127.0.0.1:8080, as $.frontEnds[0] is");
        yield return Of("control on a used port",
            """{"control": {"port": 8011, "address": "127.0.0.1"}, "frontEnds": [{"id": "frontend1", "port": 8011}]}""",
            "$.control.port: is 127.0.0.1:8011, as $.frontEnds[0] is");
        yield return Of("unknown version", """{"replicas": [{"id": "replica1", "port": 1, "versions": ["Ledger", "Abacus"]}]}""",
            $"$.replicas[0].versions[1]: is \"Abacus\"; expected a version: {string.Join(", ", KnownVersions.Names)}");
        yield return Of("version twice", """{"replicas": [{"id": "replica1", "port": 1, "versions": ["Ledger", "Ledger"]}]}""",
            "$.replicas[0].versions[1]: is \"Ledger\" again");
        yield return Of("no version", """{"replicas": [{"id": "replica1", "port": 1, "versions": []}]}""", "$.replicas[0].versions: has 0");
        yield return Of("replica without manager",
            """{"managers": [{"id": "manager1", "port": 1}], "replicas": [{"id": "replica1", "port": 2}, {"id": "replica2", "port": 3}]}""",
            "$.managers: has no manager2 for replica2");
        yield return Of("replica in the cluster's folder", """{"replicas": [{"id": "replica1", "port": 2, "dataFolder": "."}]}""",
            "$.replicas[0].dataFolder: is /srv/dams, which holds the cluster's own folder",
            "$.replicas[0].dataFolder: is /srv/dams, which holds the folder of frontend1",
            "$.replicas[0].dataFolder: is /srv/dams, which holds the folder of sequencer1",
            "$.replicas[0].dataFolder: is /srv/dams, which holds the folder of sequencer2",
            "$.replicas[0].dataFolder: is /srv/dams, which holds the folder of manager1",
            "$.replicas[0].dataFolder: is /srv/dams, which holds the logs, the key or the users");
        yield return Of("replica inside another",
            """{"replicas": [{"id": "replica1", "port": 2, "dataFolder": "r"}, {"id": "replica2", "port": 3, "dataFolder": "r/2"}]}""",
            "$.replicas[0].dataFolder: is /srv/dams/r, which holds the folder of replica2");
        yield return Of("empty path", """{"keyFile": ""}""", "$.keyFile: is \"\"; expected a path");
        yield return Of("address with a query", """{"publicBaseUrl": "https://a.example/?x"}""",
            "$.publicBaseUrl: is \"https://a.example/?x\"");
        foreach (var proxy in new[]
        {
            "proxy.example.org", "127.1", "127.0.0.01", "10.1.2.3/16", "10.1.0.0/33", "10.1/16", "10.1.0.0/", "0.0.0.0/0", "::/0",
            "127.0.0.1:80", "[::1]", "", " 127.0.0.1",
        })
        {
            yield return Of($"proxy '{proxy}'", $$"""{"trustedProxies": ["{{proxy}}"]}""",
                $"$.trustedProxies[0]: is \"{proxy}\"; expected an address such as 127.0.0.1, or a network such as 10.1.0.0/16");
        }

        yield return Of("proxy that is no list", """{"trustedProxies": "127.0.0.1"}""",
            "$.trustedProxies: is the string \"127.0.0.1\"; expected a list of 0 to 64");
        yield return Of("proxy twice", """{"trustedProxies": ["::1", "::1"]}""", "$.trustedProxies[1]: is \"::1\" again");
        yield return Of("host with a port", """{"allowedHosts": ["a.example:80"]}""", "$.allowedHosts[0]: is \"a.example:80\"");
    }

    [TestCaseSource(nameof(Problems))]
    public void A_problem_says_where_it_is_what_is_wrong_and_what_is_expected(string json, string[] problems)
    {
        var read = Read(json);
        Assert.That(read.Topology, Is.Null);
        Assert.That(read.Problems, Has.Length.EqualTo(problems.Length), string.Join('\n', read.Problems));
        foreach (var (found, expected) in read.Problems.Zip(problems))
            Assert.That(found.ToString(), Does.StartWith(expected).And.Contain("; expected "));
    }

    [Test]
    public void All_problems_are_reported_at_once()
    {
        var read = Read("""
            { "cluster": 1, "colour": 2, "durability": 3, "control": { "port": "x" },
              "sequencers": [{ "id": "sequencer1", "port": 70000 }, { "id": "sequencer1", "port": 5, "address": "10.0.0.1" }] }
            """);
        Assert.That(read.Problems.Select(problem => problem.Path), Is.EquivalentTo(new[]
        {
            "$.cluster", "$.colour", "$.durability", "$.control.port", "$.sequencers[0].port", "$.sequencers[1].address",
            "$.sequencers[1].id",
        }));
    }

    [Test]
    public void The_caller_may_say_which_versions_are_known()
    {
        const string json = """{"replicas": [{"id": "replica1", "port": 1, "versions": ["Abacus"]}]}""";
        Assert.That(TopologyReader.Read(json, "/srv", ["Abacus"]).Problems, Is.Empty);
    }

    [Test]
    public void A_file_that_is_not_there_is_a_problem()
    {
        var read = TopologyReader.ReadFile(Path.Combine(TestContext.CurrentContext.WorkDirectory, "no-such-folder", "dams.json"));
        Assert.That(read.Problems.Single().Wrong, Does.StartWith("can't be read"));
    }

    [Test]
    public void A_problem_is_one_short_line_whatever_the_value()
    {
        var read = Read("{\"durability\": \"" + new string('x', 5000) + "\\n\\u0007\"}");
        Assert.That(read.Problems.Single().ToString(), Has.Length.LessThan(200).And.Not.Contains("\n"));
    }

    [TestCase("replica3", NodeRole.Replica, 3)]
    [TestCase("frontend99", NodeRole.FrontEnd, 99)]
    public void An_id_is_a_role_and_a_number(string text, NodeRole role, byte number)
    {
        Assert.That(NodeId.TryParse(text, out var id), Is.True);
        Assert.That(id, Is.EqualTo(new NodeId(role, number)));
        Assert.That(id.ToString(), Is.EqualTo(text));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("replica")]
    [TestCase("replica0")]
    [TestCase("replica100")]
    [TestCase("replica 1")]
    [TestCase("replica+1")]
    [TestCase("Replica1")]
    [TestCase("router1")]
    public void Anything_else_is_no_id(string? text) => Assert.That(NodeId.TryParse(text, out _), Is.False);

    [Test]
    public void A_version_that_is_named_twice_begins_at_two_replicas_and_is_in_each_list_once()
    {
        var replicas = ClusterTopology.Default(versions: ["Ledger", "Ledger", "Journal", "Calendar"]).Replicas;
        Assert.That(replicas.Select(replica => replica.Versions[0]), Is.EqualTo(new[] { "Ledger", "Ledger", "Journal", "Calendar" }));
        Assert.That(replicas.Select(replica => replica.Versions), Is.All.Unique.And.All.Exactly(3).Items);
    }
}
