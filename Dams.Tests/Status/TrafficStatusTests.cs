using System.Net.Sockets;
using Dams.Hosting.Status;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Driver;

namespace Dams.Tests.Status;

/// <summary>The figures of datagrams in <c>/status</c> come from the counters of the loop and its socket.</summary>
public sealed class TrafficStatusTests
{
    [Test]
    public async Task Datagrams_that_are_not_used_are_counted_by_reason()
    {
        await using var cluster = new DriverCluster();
        var node = NodeId.Replica(1);
        var address = cluster.Place(node);
        var core = new TestCore();
        var driver = cluster.Add(
            node, options => options with { PostedMax = 1 }, null, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        Assert.That(driver.Post(_ => { }));
        Assert.That(driver.Post(_ => { }), Is.False);
        Assert.That(TrafficStatus.Of(driver).Dropped, Is.Empty);
        driver.Start();
        using var stranger = new UdpClient(AddressFamily.InterNetwork);
        await stranger.SendAsync(new byte[100], address);
        await stranger.SendAsync(new byte[100], address);
        await Eventually.IsTrueAsync(() => TrafficStatus.Of(driver).Dropped.GetValueOrDefault("badMagic") == 2);
        var traffic = TrafficStatus.Of(driver);
        Assert.That((traffic.Received, traffic.Sent, traffic.WorkRefused), Is.EqualTo((2, 0, 1)));
        Assert.That(traffic.Dropped, Has.Count.EqualTo(1));
    }
}
