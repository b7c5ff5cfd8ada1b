using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Coordination;

/// <summary>How a front end finds the active sequencer and the view.</summary>
internal sealed class SequencerSearchTests
{
    [Test]
    public void All_sequencers_are_asked_for_the_view_until_one_is_heard_and_when_it_falls_silent()
    {
        var script = new CoordinatorScript();
        script.Wait(script.Options.ViewRetry * 3);
        Assert.That(Asked(script).Select(asked => asked.To.Number), Is.EqualTo(new[] { 1, 2, 1, 2, 1, 2 }));
        script.Sync();
        script.Sent.Clear();
        script.Wait(script.Options.SequencerPatience - TimeSpan.FromMilliseconds(1));
        Assert.That(Asked(script), Is.Empty, "the sequencer is heard");
        script.Wait(script.Options.ViewRetry);
        Assert.That(Asked(script), Is.EqualTo(new[]
        {
            (NodeId.Sequencer(1), new GetView(Epoch.Of(1, 1))), (NodeId.Sequencer(2), new GetView(Epoch.Of(1, 1))),
        }));
    }

    [Test]
    public void The_hint_of_a_standby_is_followed_only_while_no_sequencer_is_heard()
    {
        var script = new CoordinatorScript();
        var request = script.Call(1);
        script.Ack(request, ReqAckStatus.NotSequencer, argument: 2);
        Assert.That(script.Coordinator.Sequencer, Is.EqualTo(2));
        script.Ack(request, ReqAckStatus.NotSequencer, argument: 9);
        Assert.That(script.Coordinator.Sequencer, Is.EqualTo(2), "there is no such sequencer");
        script.Sync();
        script.Ack(request, ReqAckStatus.NotSequencer, argument: 2);
        Assert.That(script.Coordinator.Sequencer, Is.EqualTo(1), "the active one is heard");
    }

    private static IEnumerable<(NodeId To, GetView View)> Asked(CoordinatorScript script) =>
        script.Sent.Where(sent => sent.Message is GetView).Select(sent => (sent.To, (GetView)sent.Message));
}
