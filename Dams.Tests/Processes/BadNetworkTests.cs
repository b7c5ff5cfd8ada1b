using Dams.Contracts.Topology;
using Dams.Tests.Network;

namespace Dams.Tests.Processes;

/// <summary>
/// Loss, duplicates and reordering on every path of the protocol between real processes: each process is told addresses of the others that are those of a
/// proxy. What goes by HTTP has no detour.
/// </summary>
internal sealed class BadNetworkTests : ClusterFixture, IDisposable
{
    private const int DetourPorts = 1_000;
    private static readonly LinkFaults s_faults = new(Loss: 0.1, Duplicate: 0.1, Late: 0.2, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
    private readonly UdpProxy _proxy = new(seed: 11);

    public void Dispose() => _proxy.Dispose();

    protected override Task<TestCluster> StartAsync() => TestCluster.ApartAsync(topology =>
    {
        foreach (var node in topology.Nodes.Where(node => node.Id.Role != NodeRole.Manager))
            _proxy.Add(Detour(node).Listen.ToEndPoint(), node.Listen.ToEndPoint(), s_faults);
        return id => SeenBy(topology, id);
    });

    [Test]
    public async Task Clients_notice_nothing_of_a_network_that_loses_repeats_and_reorders()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, 8, seed: 7);
        await clients.AnsweredAsync(500);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        Assert.That(_proxy.Taken, Is.GreaterThan(clients.History.Calls.Count * 10));
        var status = await cluster.IsWholeAsync();
        Assert.That(status.Counters.WrongReplies, Is.Zero);
    }

    private static ClusterTopology SeenBy(ClusterTopology topology, NodeId id) => id.Role switch
    {
        NodeRole.FrontEnd => topology with { Sequencers = [.. topology.Sequencers.Select(Detour)] },
        NodeRole.Sequencer => topology with
        {
            FrontEnds = [.. topology.FrontEnds.Select(Detour)],
            Sequencers = [.. topology.Sequencers.Select(node => node.Id == id ? node : Detour(node))],
            Replicas = [.. topology.Replicas.Select(node => node with { Listen = Detour(node).Listen })],
        },
        _ => topology with { FrontEnds = [.. topology.FrontEnds.Select(Detour)], Sequencers = [.. topology.Sequencers.Select(Detour)] },
    };

    private static ClusterNode Detour(ClusterNode node) => node with { Listen = node.Listen with { Port = node.Listen.Port + DetourPorts } };
}
