using System.Threading.Channels;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Transport;

namespace Dams.Tests.Ordering.Driver;

/// <summary>A node that is not where the others expect it.</summary>
public sealed class MovedNodeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly NodeId One = NodeId.Replica(1);
    private static readonly NodeId Two = NodeId.Replica(2);

    [Test]
    public async Task A_node_is_known_by_its_seal_and_may_send_from_any_address_and_move()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var former = cluster.Place(Two);
        var heard = Channel.CreateUnbounded<(NodeId From, Message Message)>();
        var receiver = new TestCore { Message = (envelope, message, _) => heard.Writer.TryWrite((envelope.From, message)) };
        var mover = new TestCore { Message = (envelope, message, _) => heard.Writer.TryWrite((envelope.From, message)) };
        var one = cluster.Add(One, new DrivenCore(GroupId.Replicas, receiver, receiver.Outbox));
        var moved = cluster.Place(Two);
        var two = cluster.Add(Two, new DrivenCore(GroupId.Replicas, mover, mover.Outbox));
        one.Start();
        two.Start();
        Assert.That(moved, Is.Not.EqualTo(former));
        Assert.That(one.LastHeard(Two), Is.Null);
        two.Post(_ => mover.Outbox.Send(One, default, new GetView(new Epoch(5))));
        Assert.That(await heard.Reader.ReadAsync().AsTask().WaitAsync(Patience), Is.EqualTo((Two, new GetView(new Epoch(5)))));
        Assert.That(one.LastHeard(Two), Is.LessThanOrEqualTo(ClockSource.System.Now));
        Assert.That(one.LastHeard(NodeId.Manager(2)), Is.Null);
        one.UsePeers(new AddressBook([new(Two, moved)]));
        one.Post(_ => receiver.Outbox.Send(Two, default, new GetView(new Epoch(6))));
        Assert.That(await heard.Reader.ReadAsync().AsTask().WaitAsync(Patience), Is.EqualTo((One, new GetView(new Epoch(6)))),
            "answers go where the configuration says, and there it is now");
    }
}
