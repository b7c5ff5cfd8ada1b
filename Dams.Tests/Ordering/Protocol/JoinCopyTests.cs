using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Which entries in front of its JOIN a joiner copies.</summary>
internal sealed class JoinCopyTests
{
    private static readonly List<Entry> s_entries = MemberParts.Entries(10, MemberParts.First);
    private static readonly SnapshotPosition s_join = SnapshotPosition.After(s_entries[^1]);

    [Test]
    public void The_copy_begins_above_what_every_member_has_on_disk_and_ends_with_the_JOIN()
    {
        var (parts, copy) = Begin(everywhere: 3);
        Assert.That(parts.TakeSent(), Is.EqualTo(new[] { "replica2 4-10" }));
        Assert.That(Give(copy, 5), Is.EqualTo(Intake.Waiting), "it is not the first that was requested");
        Assert.That(Give(copy, 4, committed: 3), Is.EqualTo(Intake.Waiting), "it is not committed");
        Assert.That(Give(copy, 4), Is.EqualTo(Intake.Taken));
        Assert.That((Give(copy, 6), copy.HeldCount), Is.EqualTo((Intake.Waiting, 1)));
        Assert.That((Give(copy, 5), copy.HeldCount), Is.EqualTo((Intake.Taken, 0)));
        copy.Ask(s_join, new SequenceNumber(9), NodeId.Sequencer(1));
        Assert.That(parts.TakeSent(), Is.EqualTo(new[] { "replica3 7-10" }));
        for (var seq = 7; seq < 10; seq++)
            Assert.That((Give(copy, seq), copy.IsComplete(s_join)), Is.EqualTo((Intake.Taken, false)));
        Assert.That((Give(copy, 10), copy.IsComplete(s_join)), Is.EqualTo((Intake.Complete, true)));
        Assert.That((parts.Log.Base.Value, parts.Log.Last.Value), Is.EqualTo((3L, 10L)));
    }

    [Test]
    public void The_copy_begins_anew_where_its_sender_has_trimmed_the_next_entries()
    {
        var (parts, copy) = Begin(everywhere: 3);
        Assert.That(Give(copy, 5, firstKept: 5), Is.EqualTo(Intake.Taken), "nobody needs entry 4 any more");
        Assert.That(Give(copy, 8, firstKept: 8), Is.EqualTo(Intake.Taken), "nor the ones up to 7");
        Assert.That((parts.Log.Base.Value, parts.Log.Last.Value), Is.EqualTo((7L, 8L)));
    }

    [Test]
    public void An_entry_that_does_not_lead_to_the_JOIN_is_a_contradiction()
    {
        var (_, copy) = Begin(everywhere: 8);
        Give(copy, 9);
        var other = new Fetched(s_join.Seq, new SequenceNumber(1), MemberParts.Entries(1, MemberParts.Second, s_entries[8])[0]);
        Assert.That(copy.OnFetched(other, s_join).Reason, Is.EqualTo("entry 10 of the log before the JOIN does not fit the chain"));
    }

    private static (MemberParts Parts, JoinCopy Copy) Begin(long everywhere)
    {
        var parts = new MemberParts();
        var copy = new JoinCopy(parts.Options, parts.Log, parts.Peers, parts.Outbox, isBegun: false);
        copy.Ask(s_join, new SequenceNumber(everywhere), NodeId.Sequencer(1));
        return (parts, copy);
    }

    private static Intake Give(JoinCopy copy, int seq, long firstKept = 1, long committed = 10) => copy.OnFetched(
        new Fetched(new SequenceNumber(committed), new SequenceNumber(firstKept), s_entries[seq - 1]), s_join);
}
