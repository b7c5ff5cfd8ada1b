using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Which requests of members and managers become the next change of membership.</summary>
internal sealed class OrderedChangeTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [], WindowEntriesMax = 10 };
    private static readonly Instant s_now = new(1_000_000, 0);
    private static readonly Incarnation s_new = new(44);

    private TotalOrder _order = null!;
    private MembershipRule _rule = null!;

    [SetUp]
    public void Begin() => Begin(View(1, 2, 3), last: 20);

    [Test]
    public void At_most_one_change_is_uncommitted()
    {
        Append(_rule.OnJoinReq(4, new JoinReq(s_new, SequenceNumber.Zero)));
        var joined = _order.View.Number;
        Assert.That(_order.View.TryGet(4, out _), Is.True, "the JOIN is appended");
        Assert.That(_rule.OnJoinReq(4, new JoinReq(s_new, joined)), Is.Null);
        Assert.That(_rule.OnCaughtUp(4, new CaughtUp(s_new, joined, joined)), Is.Null);
        Assert.That(_rule.OnLeaveReq(Leave(3, isForced: true), isSkipOpen: false, s_now), Is.Null);
        Store(joined, 1, 2);
        Assert.That(_order.CommitSeq, Is.EqualTo(joined));
        Assert.That(_rule.OnCaughtUp(4, new CaughtUp(s_new, joined, joined))?.Kind, Is.EqualTo(EntryKind.Activate));
    }

    [Test]
    public void A_JOIN_waits_until_its_seat_is_free()
    {
        Assert.That(_rule.OnJoinReq(3, new JoinReq(s_new, SequenceNumber.Zero)), Is.Null);
        Assert.That(
            _rule.OnJoinReq(4, new JoinReq(s_new, SequenceNumber.Zero)),
            Is.EqualTo(new OrderedChange(EntryKind.Join, new MembershipChange(4, s_new), 21)));
    }

    [Test]
    public void A_JOIN_is_repeated_only_for_the_joiner_that_gave_up_the_last_one()
    {
        Begin(WithJoiner(joinedAt: 15), last: 20);
        Assert.That(_rule.OnJoinReq(4, new JoinReq(s_new, new SequenceNumber(14))), Is.Null, "a delayed request");
        Assert.That(_rule.OnJoinReq(4, new JoinReq(new Incarnation(45), new SequenceNumber(15))), Is.Null);
        Assert.That(_rule.OnJoinReq(4, new JoinReq(s_new, new SequenceNumber(15)))?.Kind, Is.EqualTo(EntryKind.Join));
        Assert.That(_rule.OnJoinReq(3, new JoinReq(new Incarnation(3), SequenceNumber.Zero)), Is.Null, "a voter has joined");
    }

    [TestCase(14, null)]
    [TestCase(15, EntryKind.Activate)]
    [TestCase(25, EntryKind.Activate)]
    public void A_joiner_votes_only_after_it_has_executed_its_JOIN(long executed, EntryKind? kind)
    {
        Begin(WithJoiner(joinedAt: 15), last: 25);
        Assert.That(_rule.OnCaughtUp(4, CaughtUp(executed))?.Kind, Is.EqualTo(kind));
    }

    [TestCase(29, null)]
    [TestCase(30, EntryKind.Activate)]
    public void A_joiner_votes_only_when_it_is_at_most_a_window_behind(long executed, EntryKind? kind)
    {
        Begin(WithJoiner(joinedAt: 15), last: 40);
        Assert.That(_rule.OnCaughtUp(4, CaughtUp(executed))?.Kind, Is.EqualTo(kind));
    }

    [Test]
    public void Only_the_joiner_in_the_view_is_activated()
    {
        Assert.That(_rule.OnCaughtUp(4, CaughtUp(20)), Is.Null, "it is not in the view");
        Begin(WithJoiner(joinedAt: 15), last: 20);
        Assert.That(_rule.OnCaughtUp(4, CaughtUp(20) with { Incarnation = new Incarnation(45) }), Is.Null);
        Assert.That(_rule.OnCaughtUp(3, CaughtUp(20) with { Incarnation = new Incarnation(3) }), Is.Null, "it votes already");
    }

    [Test]
    public void A_LEAVE_is_ordered_under_the_number_of_its_decision_if_a_live_quorum_is_left()
    {
        Begin(View(1, 2, 3, 4), last: 20);
        Hear(1, 2);
        Assert.That(
            _rule.OnLeaveReq(Leave(4), isSkipOpen: false, s_now),
            Is.EqualTo(new OrderedChange(EntryKind.Leave, new MembershipChange(4, new Incarnation(4)), 9)));
        Assert.That(_rule.OnLeaveReq(Leave(2), isSkipOpen: false, s_now), Is.Null, "of the rest only member 1 was heard");
        Assert.That(_rule.OnLeaveReq(Leave(4), isSkipOpen: false, s_now + (s_options.DeafAfter * 2)), Is.Null, "that was too long ago");
        Assert.That(_rule.OnLeaveReq(Leave(4) with { Incarnation = s_new }, isSkipOpen: false, s_now), Is.Null, "it is not there");
    }

    [Test]
    public void The_last_two_voters_stay()
    {
        Begin(View(1, 2), last: 20);
        Hear(1, 2);
        Assert.That(_rule.OnLeaveReq(Leave(2), isSkipOpen: false, s_now), Is.Null);
    }

    [Test]
    public void No_member_leaves_while_a_skip_collects_promises()
    {
        Begin(WithJoiner(joinedAt: 15), last: 20);
        Hear(1, 2, 3);
        Assert.That(_rule.OnLeaveReq(Leave(3), isSkipOpen: true, s_now), Is.Null);
        Assert.That(_rule.OnLeaveReq(Leave(4) with { Incarnation = s_new }, isSkipOpen: true, s_now), Is.Null, "nor a joiner");
    }

    [Test]
    public void A_joiner_may_always_leave_and_an_operator_may_force_a_LEAVE()
    {
        Begin(WithJoiner(joinedAt: 15), last: 20);
        Assert.That(_rule.OnLeaveReq(Leave(4) with { Incarnation = s_new }, isSkipOpen: false, s_now), Is.Not.Null);
        Assert.That(_rule.OnLeaveReq(Leave(3), isSkipOpen: false, s_now), Is.Null);
        Assert.That(_rule.OnLeaveReq(Leave(3, isForced: true), isSkipOpen: true, s_now), Is.Not.Null);
    }

    /// <summary>An epoch begins with a view at the end of a log in which everything is committed.</summary>
    private void Begin(View view, long last)
    {
        _order = new TotalOrder(s_options, new Outbox());
        var seq = new SequenceNumber(last);
        _order.History.Reset(seq);
        _order.Continue(new LogChoice(1, seq, Chain.Genesis, view, seq, 0, seq), Epoch.Of(1, 1));
        _order.Begin(s_now);
        _rule = new MembershipRule(s_options, _order);
    }

    private void Append(OrderedChange? change) => _order.Append(change!.Value.Kind, change.Value.ToRequest(), s_now);

    private void Store(SequenceNumber seq, params byte[] members)
    {
        foreach (var member in members)
            _order.OnProgress(member, new MemberProgress(new Incarnation(member), seq, seq, seq), s_now);
    }

    private void Hear(params byte[] members)
    {
        foreach (var member in members)
            _order.Members.OnHeard(member, s_now);
    }

    private static View View(params byte[] voters) => new(SequenceNumber.Zero, voters.Select(id =>
        new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero)));

    private static View WithJoiner(long joinedAt) => new(
        new SequenceNumber(joinedAt), View(1, 2, 3).Members.Append(new ViewMember(4, s_new, null, new SequenceNumber(joinedAt))));

    private static CaughtUp CaughtUp(long executed) => new(s_new, new SequenceNumber(15), new SequenceNumber(executed));

    private static LeaveReq Leave(byte member, bool isForced = false) => new(member, new Incarnation(member), 9, isForced);
}
