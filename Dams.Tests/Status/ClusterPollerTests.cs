using System.Net;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Status;

/// <summary>A replica's report counts for that replica only, and can't spoil the reports of others.</summary>
internal sealed class ClusterPollerTests
{
    [Test]
    public async Task A_replica_with_a_wrong_id_or_a_nonsensical_answer_does_not_hide_the_others()
    {
        using var folder = new TestFolder();
        var log = new FakeLogger();
        using var stopping = new CancellationTokenSource();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        await using var truthful = new BabblingServer(topology.FindReplica(1)!.Listen.ToEndPoint()) { Says = Status(1, "Ledger") };
        await using var liar = new BabblingServer(topology.FindReplica(2)!.Listen.ToEndPoint()) { Says = Status(1, "Journal") };
        await using var fool = new BabblingServer(topology.FindReplica(3)!.Listen.ToEndPoint()) { Says = BabblingServer.Http("<a/>") };
        await using var manager = new BabblingServer(topology.Managers[0].Listen.ToEndPoint())
        {
            Says = BabblingServer.Http("null", "application/json"),
        };
        using var clients = new ReplicaClients(topology);
        var rounds = 0;
        using var poller = new ClusterPoller(topology, clients, _ => Interlocked.Increment(ref rounds), log);
        var polling = poller.RunAsync(stopping.Token);
        await Eventually.IsTrueAsync(() => poller.Reports.Replicas.Count == 2);
        var seen = Volatile.Read(ref rounds);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref rounds) > seen);
        Assert.That(
            poller.Reports.Replicas.ToDictionary(pair => pair.Key, pair => pair.Value.Engine),
            Is.EqualTo(new Dictionary<int, string> { [1] = "Ledger", [2] = "Journal" }));
        Assert.That(poller.Reports.Managers, Is.Empty);
        Assert.That(log.Lines, Has.Some.Contains("replica3 does not report its status"));
        await stopping.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => polling);
    }

    [Test]
    public async Task Managers_are_asked_without_the_proxy_of_the_environment()
    {
        using var folder = new TestFolder();
        using var stopping = new CancellationTokenSource();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        await using var proxy = new BabblingServer(new IPEndPoint(folder.Address, 1080))
        {
            Says = BabblingServer.Http("", status: "502 Bad Gateway"),
        };
        await using var manager = new BabblingServer(topology.Managers[0].Listen.ToEndPoint())
        {
            Says = BabblingServer.Http("""{"processId":1,"state":"running"}""", "application/json"),
        };
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyTo(folder.Address, new Uri($"http://{folder.Address}:1080"));
        try
        {
            using var clients = new ReplicaClients(topology);
            var log = new FakeLogger();
            using var poller = new ClusterPoller(topology, clients, _ => { }, log);
            var polling = poller.RunAsync(stopping.Token);
            await Eventually.IsTrueAsync(() => poller.Reports.Managers.Count == 1 || proxy.Asked > 0);
            Assert.That((poller.Reports.Managers.Count, proxy.Asked), Is.EqualTo((1, 0)));
            await stopping.CancelAsync();
            await Assert.CatchAsync<OperationCanceledException>(() => polling);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    /// <summary>A proxy such as the environment may set, but for one address only: other tests have other addresses.</summary>
    private sealed class ProxyTo(IPAddress address, Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => proxy;

        public bool IsBypassed(Uri host) => host.Host != address.ToString();
    }

    private static byte[] Status(int id, string engine) => BabblingServer.Http(
        $"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><GetStatusResponse xmlns='{SoapNamespaces.ReplicaV1}'>"
        + $"<result><id>{id}</id><incarnation>5</incarnation><boot>6</boot><engine>{engine}</engine></result>"
        + "</GetStatusResponse></s:Body></s:Envelope>");
}
