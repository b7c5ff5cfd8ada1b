using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>The reports of members decide about commits, trimming and laggards.</summary>
internal sealed class MemberProgressTableTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [] };
    private static readonly SequenceNumber s_max = new(100);
    private static readonly View s_view = new(SequenceNumber.Zero, s_options.Members.Select(Voter));

    [Test]
    public void A_number_on_two_disks_is_stable_and_only_one_on_all_disks_may_go()
    {
        var members = Table((1, 9), (2, 7), (3, 5));
        Assert.That(members.StableIn(ViewPair.Of(s_view), SequenceNumber.Zero).Value, Is.EqualTo(7));
        Assert.That(members.LowestDurable(ViewPair.Of(s_view), new SequenceNumber(7)).Value, Is.Zero, "member 4 was not heard");
        Report(members, 4, 4);
        Assert.That(members.LowestDurable(ViewPair.Of(s_view), new SequenceNumber(7)).Value, Is.EqualTo(4));
    }

    [Test]
    public void A_late_report_takes_nothing_back_unless_the_incarnation_is_another()
    {
        var members = Table((1, 9), (2, 9));
        Report(members, 2, 3);
        Assert.That(members.StableIn(ViewPair.Of(s_view), SequenceNumber.Zero).Value, Is.EqualTo(9));
        members.OnProgress(2, ProgressOf(22, 9), s_max, At(0));
        Assert.That(members.StableIn(ViewPair.Of(s_view), SequenceNumber.Zero).Value, Is.Zero);
    }

    [Test]
    public void A_LEAVE_is_committed_by_members_of_both_views_and_only_then_the_entries_after_it()
    {
        var leave = new View(new SequenceNumber(6), s_view.Members.Where(member => member.Id != 1));
        var views = new ViewPair(s_view, leave);
        var members = Table((1, 9), (2, 9), (3, 5));
        Assert.That(members.StableIn(views, SequenceNumber.Zero).Value, Is.EqualTo(5), "member 1 leaves, so it does not count");
        Report(members, 3, 8);
        Assert.That(members.StableIn(views, SequenceNumber.Zero).Value, Is.EqualTo(8));
    }

    [Test]
    public void A_joiner_keeps_its_JOIN_and_what_follows()
    {
        var joiner = new ViewMember(4, new Incarnation(44), null, new SequenceNumber(6));
        var view = new View(new SequenceNumber(6), [.. s_view.Members.Take(3), joiner]);
        var members = Table((1, 9), (2, 9), (3, 9));
        members.OnProgress(4, ProgressOf(44, 9), s_max, At(0));
        Assert.That(members.LowestDurable(ViewPair.Of(view), new SequenceNumber(9)).Value, Is.EqualTo(5));
    }

    [Test]
    public void A_sequencer_is_deaf_when_fewer_than_three_voters_of_four_were_heard_for_half_a_second()
    {
        var members = new MemberProgressTable(s_options);
        members.OnActive(At(1000));
        Assert.That(members.IsDeaf(s_view, At(1500)), Is.False, "it has just become active");
        Assert.That(members.IsDeaf(s_view, At(1501)), Is.True);
        foreach (var member in new byte[] { 1, 2, 3 })
            members.OnHeard(member, At(1200));
        Assert.That(members.IsDeaf(s_view, At(1700)), Is.False);
        Assert.That(members.IsDeaf(s_view, At(1701)), Is.True);
    }

    [Test]
    public void A_new_epoch_gives_a_silent_member_its_full_time_again()
    {
        var members = new MemberProgressTable(s_options);
        members.OnActive(At(0));
        members.OnProgress(4, ProgressOf(4, 5), s_max, At(1000));
        members.ForgetEpoch();
        members.OnActive(At(60_000));
        var commit = new SequenceNumber(9);
        foreach (var member in new byte[] { 1, 2, 3 })
            members.OnProgress(member, ProgressOf(member, 9), s_max, At(60_000));
        Assert.That(members.LaggardsOf(s_view, commit, At(90_000)), Is.Empty, "what it did in the former epoch is long ago");
        Assert.That(members.LaggardsOf(s_view, commit, At(90_001)), Is.EqualTo(new byte[] { 4 }));
    }

    private static MemberProgressTable Table(params (byte Member, long Durable)[] reports)
    {
        var members = new MemberProgressTable(s_options);
        members.OnActive(At(0));
        foreach (var (member, durable) in reports)
            Report(members, member, durable);
        return members;
    }

    private static void Report(MemberProgressTable members, byte member, long durable) =>
        members.OnProgress(member, ProgressOf(member, durable), s_max, At(0));

    private static MemberProgress ProgressOf(ulong incarnation, long durable) =>
        new(new Incarnation(incarnation), new SequenceNumber(durable), new SequenceNumber(durable), SequenceNumber.Zero);

    private static ViewMember Voter(byte id) => new(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero);

    private static Instant At(long milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond, 0);
}
