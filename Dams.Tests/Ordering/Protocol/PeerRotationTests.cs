using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Which other member is asked next.</summary>
internal sealed class PeerRotationTests
{
    [Test]
    public void Every_other_member_has_its_turn()
    {
        var peers = new PeerRotation(MemberParts.Defaults, 2);
        var asked = Enumerable.Range(0, 8).Select(_ => peers.Next(NodeId.Sequencer(1))).Distinct();
        Assert.That(asked, Is.EquivalentTo(new[] { NodeId.Replica(1), NodeId.Replica(3), NodeId.Replica(4) }));
    }

    [Test]
    public void A_member_without_others_asks_the_sequencer() => Assert.That(
        new PeerRotation(MemberParts.Defaults with { Members = [2] }, 2).Next(NodeId.Sequencer(1)), Is.EqualTo(NodeId.Sequencer(1)));
}
