using System.Net;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Ordering.Transport;
using Dams.Tests.Ordering.Driver;
using NUnit.Framework;

namespace Dams.Tests.Network;

public sealed class UdpProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_protocol_that_repeats_gets_through_a_network_that_loses_duplicates_and_reorders()
    {
        var (one, two) = (NodeId.Replica(1), NodeId.Replica(2));
        await using var cluster = new DriverCluster();
        using var proxy = new UdpProxy(seed: 7);
        var faults = new LinkFaults(Loss: 0.2, Duplicate: 0.3, Late: 0.3, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
        var (realOne, realTwo) = (cluster.Place(one), cluster.Place(two));
        var there = proxy.Add(new IPEndPoint(realTwo.Address, 0), realTwo, faults);
        var back = proxy.Add(new IPEndPoint(realOne.Address, 0), realOne, faults);
        var (a, b) = (new Outbox(), new Outbox());
        var (first, second) = (new PingPong(two, 100, a, begins: true), new PingPong(one, 100, b, begins: false));
        var driverOne = cluster.Add(one, options => options, new Dictionary<NodeId, IPEndPoint> { [two] = there.EndPoint }, new DrivenCore(GroupId.Replicas, first, a));
        var driverTwo = cluster.Add(two, options => options, new Dictionary<NodeId, IPEndPoint> { [one] = back.EndPoint }, new DrivenCore(GroupId.Replicas, second, b));
        driverTwo.Start();
        driverOne.Start();
        await Task.WhenAll(first.Done.Task, second.Done.Task).WaitAsync(Patience);
        Assert.That(driverOne.Counters[DropReason.Replayed] + driverTwo.Counters[DropReason.Replayed], Is.Positive, "duplicates are known by their counters");
        Assert.That(proxy.Taken, Is.GreaterThan(proxy.Passed / 2));

        there.Faults = LinkFaults.Cut;
        Assert.That(there.Faults.Loss, Is.EqualTo(1));
    }
}
