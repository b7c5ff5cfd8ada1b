using System.Net;
using System.Net.Sockets;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;
using Dams.Tests.Network;
using Dams.Tests.Ordering.Driver;

namespace Dams.Tests.Lab;

internal sealed class UdpProxyTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly NodeId s_one = NodeId.Replica(1);
    private static readonly NodeId s_two = NodeId.Replica(2);

    [Test]
    public async Task A_protocol_with_retries_works_over_a_network_that_loses_duplicates_corrupts_and_reorders()
    {
        await using var cluster = new DriverCluster();
        using var proxy = ProxyOf(cluster);
        proxy.Faults = NetworkFaults.None
            .With(new PacketRule(PacketFault.Drop, null, null, 0.2))
            .With(new PacketRule(PacketFault.Duplicate, null, null, 0.3))
            .With(new PacketRule(PacketFault.Corrupt, s_one, null, 0.3))
            .With(new PacketRule(PacketFault.Delay, null, null, 1, Jitter: TimeSpan.FromMilliseconds(3)));
        var (first, driverOne) = Start(cluster, proxy, s_one, s_two, begins: true);
        var (second, driverTwo) = Start(cluster, proxy, s_two, s_one, begins: false);
        await Task.WhenAll(first.Done.Task, second.Done.Task).WaitAsync(s_patience);
        Assert.That(
            driverOne.Counters[DropReason.Replayed] + driverTwo.Counters[DropReason.Replayed], Is.Positive,
            "duplicates are recognised by their counters");
        Assert.That(driverTwo.Counters.Dropped - driverTwo.Counters[DropReason.Replayed], Is.Positive, "corruption is noticed");
        var counters = proxy.Counters;
        Assert.That(new[] { counters.Lost, counters.Duplicated, counters.Corrupted }, Is.All.Positive);
    }

    [Test]
    public async Task Nothing_crosses_a_partition_and_everything_does_when_it_is_healed()
    {
        await using var cluster = new DriverCluster();
        using var proxy = ProxyOf(cluster);
        proxy.Faults = NetworkFaults.None with { Groups = [[s_one], [s_two]] };
        var (first, driverOne) = Start(cluster, proxy, s_one, s_two, begins: true);
        var (second, driverTwo) = Start(cluster, proxy, s_two, s_one, begins: false);
        await Eventually.IsTrueAsync(() => proxy.Counters.Lost >= 3);
        Assert.That(proxy.Counters.Passed, Is.Zero);
        Assert.That(driverTwo.Counters.Received, Is.Zero);
        proxy.Faults = NetworkFaults.None;
        await Task.WhenAll(first.Done.Task, second.Done.Task).WaitAsync(s_patience);
        Assert.That(driverOne.Counters.Dropped, Is.Zero);
    }

    [Test]
    public async Task A_datagram_from_no_known_process_passes_despite_all_faults()
    {
        var address = TestAddresses.Next();
        using var receiver = new UdpClient(new IPEndPoint(address, 0));
        using var sender = new UdpClient(new IPEndPoint(address, 0));
        using var proxy = new UdpProxy(1, [(s_one, new IPEndPoint(address, 0), (IPEndPoint)receiver.Client.LocalEndPoint!)]);
        proxy.Faults = NetworkFaults.None.With(new PacketRule(PacketFault.Drop, null, null, 1));
        byte[] rubbish = [1, 2, 3];
        await sender.SendAsync(rubbish, proxy.EndPoints[s_one]);
        var received = await receiver.ReceiveAsync().WaitAsync(s_patience);
        Assert.That(received.Buffer, Is.EqualTo(rubbish));
    }

    [Test]
    public void An_address_in_use_is_an_error_and_leaves_nothing_bound()
    {
        var address = TestAddresses.Next();
        using var other = new UdpClient(new IPEndPoint(address, 0));
        var taken = (IPEndPoint)other.Client.LocalEndPoint!;
        var free = new IPEndPoint(address, taken.Port == 9_000 ? 9_001 : 9_000);
        Assert.That(() => new UdpProxy(1, [(s_one, free, taken), (s_two, taken, taken)]), Throws.InstanceOf<SocketException>());
        using var again = new UdpClient(free);
    }

    private static UdpProxy ProxyOf(DriverCluster cluster) => new(
        7,
        ((NodeId[])[s_one, s_two]).Select(node => (node, cluster.Place(node)))
            .Select(place => (place.node, new IPEndPoint(place.Item2.Address, 0), place.Item2)));

    private static (PingPong Core, ProtocolDriver Driver) Start(
        DriverCluster cluster, UdpProxy proxy, NodeId node, NodeId peer, bool begins)
    {
        var outbox = new Outbox();
        var core = new PingPong(peer, 100, outbox, begins);
        var driver = cluster.Add(
            node, options => options, new Dictionary<NodeId, IPEndPoint> { [peer] = proxy.EndPoints[peer] },
            new DrivenCore(GroupId.Replicas, core, outbox));
        driver.Start();
        return (core, driver);
    }
}
