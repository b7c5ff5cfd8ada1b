using Dams.Hosting;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;

namespace Dams.Tests.Topology;

public sealed class TopologyTlsTests
{
    private const string Hosts = """
        "hosts": { "mtl": "10.20.1.10", "que": "10.20.2.10" },
        "frontEnds": [ { "host": "mtl" } ], "sequencers": [ { "host": "mtl" } ], "replicas": [ { "host": "que" } ]
        """;

    [Test]
    public void The_certificates_of_hosts_and_clients_are_read_written_and_moved()
    {
        const string more = """ "tls": { "folder": "certs" }, "https": { "certificate": "x.pem", "key": "/etc/x.key" } """;
        var topology = TopologyReader.Read($$"""{ {{Hosts}}, {{more}} }""", "/srv").Topology!;
        Assert.That(topology.Tls, Is.EqualTo(new TlsSettings("/srv/certs")));
        Assert.That(topology.Https, Is.EqualTo(new HttpsSettings("/srv/x.pem", "/etc/x.key")));
        Assert.That((topology.Tls!.AuthorityFile, topology.Tls.FileOf("mtl")), Is.EqualTo(("/srv/certs/ca.pem", "/srv/certs/mtl.pem")));
        var again = TopologyReader.Read(topology.Write("/srv"), "/srv").Topology!;
        Assert.That((again.Tls, again.Https), Is.EqualTo((topology.Tls, topology.Https)));
        var moved = TopologyReader.Read(topology.Write("/srv"), "/other").Topology!;
        Assert.That(moved.Tls, Is.EqualTo(new TlsSettings("/other/certs")));
        Assert.That(moved.Https, Is.EqualTo(new HttpsSettings("/other/x.pem", "/etc/x.key")));
    }

    [TestCase("""{ "tls": {} }""", "$.tls.folder: is missing")]
    [TestCase("""{ "tls": "certs" }""", "$.tls: is the string")]
    [TestCase("""{ "tls": { "folder": "certs" } }""", "$.tls: is there, and \"hosts\" is not")]
    [TestCase("""{ "https": { "certificate": "x.pem" } }""", "$.https.key: is missing")]
    [TestCase("""{ "https": { "certificate": "", "key": "x" } }""", "$.https.certificate: is \"\"")]
    [TestCase("""{ "https": { "certificate": "x", "key": "x", "port": 1 } }""", "$.https.port: is not known")]
    public void A_mistake_is_named(string json, string problem) =>
        Assert.That(TopologyReader.Read(json, "/srv").Problems.Select(found => found.ToString()), Has.Some.Contains(problem));

    [Test]
    public void A_host_may_not_have_the_name_of_the_authoritys_file()
    {
        var json = $$"""{ {{Hosts.Replace("mtl", "ca", StringComparison.Ordinal)}}, "tls": { "folder": "certs" } }""";
        Assert.That(TopologyReader.Read(json, "/srv").Problems.Select(found => found.ToString()), Has.Exactly(1).Contains("$.hosts.ca"));
    }

    [TestCase("", "http", "http")]
    [TestCase(""", "tls": { "folder": "certs" }""", "https", "https")]
    [TestCase(""", "tls": { "folder": "certs" }, "trustedProxies": ["10.0.0.1"]""", "http", "https")]
    [TestCase(""", "https": { "certificate": "x", "key": "x" }, "trustedProxies": ["10.0.0.1"]""", "https", "http")]
    public void Each_kind_of_process_has_one_scheme(string more, string frontEnd, string others)
    {
        var topology = TopologyReader.Read($$"""{ {{Hosts}}{{more}} }""", "/srv").Topology!;
        Assert.That(topology.UriOf(topology.FrontEnds[0]).ToString(), Is.EqualTo($"{frontEnd}://10.20.1.10:8080/"));
        Assert.That(topology.UriOf(topology.Replicas[0]).ToString(), Is.EqualTo($"{others}://10.20.2.10:8091/"));
        Assert.That(topology.UriOf(topology.Managers[0]).ToString(), Is.EqualTo($"{others}://10.20.2.10:8101/"));
    }

    [Test]
    public void Nothing_listens_beyond_loopback_without_certificates_and_a_key()
    {
        using var folder = new TestFolder();
        var bare = TopologyReader.Read($$"""{ {{Hosts}} }""", folder.Path).Topology!;
        var problems = BeyondLoopback.ProblemsOf(bare, "/srv/dams.json");
        Assert.That(problems, Has.Count.EqualTo(2));
        Assert.That(problems[0], Does.Contain("run dams certs new --config /srv/dams.json"));
        Assert.That(problems[1], Does.Contain("run dams key new --config /srv/dams.json"));
        var ready = TopologyReader.Read($$"""{ {{Hosts}}, "tls": { "folder": "certs" } }""", folder.Path).Topology!;
        KeyFile.LoadOrCreate(ready.KeyFile);
        Assert.That(BeyondLoopback.ProblemsOf(ready, "/srv/dams.json"), Is.Empty);
        Assert.That(BeyondLoopback.ProblemsOf(ClusterTopology.Default(dataFolder: folder.File("none")), null), Is.Empty);
    }
}
