using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dams.Cli.Client;
using Dams.Contracts.Domain;
using Dams.Hosting;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Network;
using Dams.Tests.Processes.Programs;
using Dams.Tests.Tls;

namespace Dams.Tests.Processes;

/// <summary>A cluster whose hosts have certificates. The hosts are loopback addresses of this machine.</summary>
[UnsupportedOSPlatform("windows")]
[Platform("Linux", Reason = "other systems have one loopback address of IPv4")]
public sealed class TlsHostsTests
{
    private const string Certificates = "certs";

    private static string ThreeHosts() => $$"""
        {
          "hosts": { "mtl": "{{TestAddresses.Next()}}", "que": "{{TestAddresses.Next()}}", "she": "{{TestAddresses.Next()}}" },
          "frontEnds":  [ { "host": "mtl" } ],
          "sequencers": [ { "host": "que" }, { "host": "she" } ],
          "replicas":   [ { "host": "mtl" }, { "host": "que" }, { "host": "she" }, { "host": "mtl" } ],
          "tls": { "folder": "certs" }
        }
        """;

    [Test]
    public async Task A_cluster_with_certificates_serves_its_clients_and_its_own_processes_and_nobody_else()
    {
        await using var hosts = new TestHosts(ThreeHosts());
        try
        {
            using var maker = new TestFolder();
            var topology = hosts.On("mtl");
            Distribute(hosts, maker, 365, hosts.Names);
            foreach (var host in hosts.Names)
                hosts.Up(host);
            foreach (var host in hosts.Names)
                await hosts.IsReadyAsync(host);
            await hosts.StatusAsync("mtl", status => status.Replicas.All(replica => replica.State == "active") && status.Alarms.Count == 0);

            // Clients.
            var frontEnd = topology.FrontEnds[0];
            var trust = FrontEndTrust.Of(topology, frontEnd)!;
            using var client = new AppointmentClient(new Uri(topology.UriOf(frontEnd), "AppointmentService"), trust);
            Assert.That((await client.AddAsync("MTLA1234", "MTLE210422", AppointmentType.Physician, 5, "1")).ExitCode, Is.Zero);
            using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = trust } });
            var wsdl = await http.GetStringAsync(new Uri(topology.UriOf(frontEnd), "AppointmentService?wsdl"));
            Assert.That(wsdl, Does.Contain($"location=\"https://{frontEnd.Address}/AppointmentService\""));

            // Strangers.
            foreach (var node in new ClusterNode[] { topology.FindReplica(1)!, topology.Find(NodeId.Manager(1))! })
            {
                for (var i = 0; i < 3; i++)
                    Assert.That(await AskAsStrangerAsync(node), Is.Empty, node.Id.ToString());
                await Eventually.IsTrueAsync(() => CountOf(hosts.LogOf("mtl", node.Id.ToString()), "its certificate is missing") == 1);
            }

            // An order to a manager, and a replica that joins over TLS.
            var left = await CliRun.OfAsync("member", "leave", "1", "--config", hosts.ConfigOf("mtl"));
            Assert.That(left.ExitCode, Is.Zero, left.Errors);
            await hosts.StatusAsync("mtl", status => status.Events.Any(happened => happened is { Kind: "replicaLeft", Node: "replica1" }));
            await hosts.StatusAsync("mtl", status => status.Replicas.All(replica => replica.State == "active"));
            var without = await CliRun.OfAsync("status", "--url", topology.UriOf(frontEnd).ToString());
            Assert.That(without.ExitCode, Is.EqualTo(4), "nobody trusts the cluster's authority without being told");

            // Certificates that change while all runs.
            Distribute(hosts, maker, 20, ["que"]);
            await hosts.StatusAsync("mtl", status => status.Alarms.Any(
                alarm => alarm.Contains("certificate of host que ends on", StringComparison.Ordinal)));
            await File.WriteAllTextAsync(hosts.On("mtl").Tls!.FileOf("mtl"), "nothing");
            await hosts.StatusAsync("mtl", status => status.Alarms.Any(
                alarm => alarm.Contains("host mtl can't be changed, so the earlier one stays in use", StringComparison.Ordinal)));
            Distribute(hosts, maker, 365, ["mtl", "que"]);
            await hosts.StatusAsync("mtl", status => status.Alarms.Count == 0);
            Assert.That((await client.BookAsync("MTLP1001", "MTLP1001", "MTLE210422", AppointmentType.Physician, "2")).ExitCode, Is.Zero);
            await hosts.StatusAsync("mtl", status => TestCluster.AreEqual(status.Replicas));
        }
        catch
        {
            hosts.WriteLogs(TestContext.Out);
            throw;
        }
    }

    [TestCase("frontend1")]
    [TestCase("replica1")]
    [TestCase("manager1")]
    public async Task A_process_without_its_certificate_says_which_file_is_missing_and_exits_with_2(string id)
    {
        using var cluster = new TlsCluster();
        Assert.That(NodeId.TryParse(id, out var node));
        KeyFile.Create(Path.Combine(Path.GetDirectoryName(cluster.Config)!, "cluster.key"), KeyRing.Generate());
        using var process = TestProcess.Start(node.Role, "--id", id, "--config", cluster.Config);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.Contain("certs/mtl.pem can't be read"));
    }

    [Test]
    public async Task No_process_listens_beyond_loopback_without_certificates_and_a_key()
    {
        using var folder = new TestFolder();
        var config = folder.File("dams.json");
        await File.WriteAllTextAsync(config, """
            {
              "hosts": { "mtl": "10.20.1.10", "que": "10.20.2.10" },
              "frontEnds": [ { "host": "mtl" } ], "sequencers": [ { "host": "mtl" } ], "replicas": [ { "host": "mtl" } ]
            }
            """);
        foreach (var id in new[] { NodeId.FrontEnd(1), NodeId.Sequencer(1), NodeId.Replica(1), NodeId.Manager(1) })
        {
            using var process = TestProcess.Start(id.Role, "--id", id.ToString(), "--config", config);
            Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration), id.ToString());
            Assert.That(process.Errors, Does.Contain($"dams certs new --config {config}").And.Contain($"dams key new --config {config}"));
        }

        using var up = TestProcess.StartDams("up", "--config", config, "--host", "mtl");
        Assert.That(await up.ExitAsync(), Is.EqualTo(2));
        Assert.That(up.Errors, Does.Contain($"dams certs new --config {config}"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.EqualTo(new[] { config }));
    }

    /// <summary>Makes certificates as an operator does, on a machine of his own, and copies to each host what it needs.</summary>
    private static void Distribute(TestHosts hosts, TestFolder maker, int days, IEnumerable<string> names)
    {
        var tls = new TlsSettings(maker.File(Certificates));
        var folder = new CertificateFolder(hosts.On("mtl"), tls, maker.File("ca.key"), DateTimeOffset.UtcNow);
        folder.MakeMissing(3650, days);
        foreach (var name in names)
        {
            folder.Renew([name], days);
            var target = hosts.On(name).Tls!;
            Directory.CreateDirectory(target.Folder);
            File.Copy(tls.AuthorityFile, target.AuthorityFile, overwrite: true);
            File.Copy(tls.FileOf(name), target.FileOf(name) + ".new", overwrite: true);
            File.Move(target.FileOf(name) + ".new", target.FileOf(name), overwrite: true);
        }
    }

    private static async Task<string> AskAsStrangerAsync(ClusterNode node)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(node.Listen.ToEndPoint());
#pragma warning disable CA5359 // The test is about what the server accepts.
        await using var stream = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        var text = new StringBuilder();
        try
        {
            await stream.AuthenticateAsClientAsync("mtl", new X509CertificateCollection(), checkCertificateRevocation: false);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /status HTTP/1.1\r\nHost: {node.Listen}\r\nConnection: close\r\n\r\n"));
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer) is > 0 and var count)
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // The process has closed the connection.
        }

        return text.ToString();
    }

    private static int CountOf(string text, string part) => text.Split(part).Length - 1;
}
