using Dams.Ordering;
using Dams.Replica.Core;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>A joiner needs the snapshot at its JOIN until it votes or has left.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WaitingJoinersTests
{
    private static readonly Incarnation s_joiner = new(7);
    private static readonly Incarnation s_another = new(8);

    private readonly WaitingJoiners _joiners = new();

    [TestCase((int)EntryKind.Activate)]
    [TestCase((int)EntryKind.Leave)]
    public void A_joiner_waits_from_its_JOIN_until_it_votes_or_leaves(int end)
    {
        Assert.That(Execute(EntryKind.Join, 2, s_joiner, 120), Is.Null);
        Assert.That(_joiners.Joins, Is.EqualTo(new[] { new SequenceNumber(120) }));
        Assert.That(Execute((EntryKind)end, 2, s_joiner, 130), Is.EqualTo(new SequenceNumber(120)));
        Assert.That(_joiners.Joins, Is.Empty);
    }

    [TestCase(2, 8UL)]
    [TestCase(3, 7UL)]
    public void A_change_of_another_incarnation_or_seat_ends_no_wait(byte seat, ulong incarnation)
    {
        Execute(EntryKind.Join, 2, s_joiner, 120);
        Assert.That(Execute(EntryKind.Leave, seat, new Incarnation(incarnation), 130), Is.Null);
        Assert.That(_joiners.Joins, Is.EqualTo(new[] { new SequenceNumber(120) }));
    }

    [Test]
    public void A_later_JOIN_in_the_seat_takes_the_place_of_the_earlier_one()
    {
        Execute(EntryKind.Join, 2, s_joiner, 120);
        Assert.That(Execute(EntryKind.Join, 2, s_joiner, 140), Is.EqualTo(new SequenceNumber(120)), "it has given its first JOIN up");
        Assert.That(Execute(EntryKind.Join, 2, s_another, 160), Is.EqualTo(new SequenceNumber(140)));
        Assert.That(_joiners.Joins, Is.EqualTo(new[] { new SequenceNumber(160) }));
    }

    private SequenceNumber? Execute(EntryKind kind, byte seat, Incarnation incarnation, long seq)
    {
        var change = new MembershipChange(seat, incarnation);
        var request = change.ToRequest(kind, (ulong)seq);
        return _joiners.OnExecuted(new Entry(new SequenceNumber(seq), Epoch.Of(1, 1), 1, kind, Chain.Genesis, request), change);
    }
}
