using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// JOIN, ACTIVATE and LEAVE, which are ordered like everything else. It decides which request of a member or manager
/// becomes the next change of membership. It reads the order; the owner appends the change.
/// </summary>
internal sealed class MembershipRule(GroupOptions options, TotalOrder order)
{
    /// <summary>Whether the next change may be appended. At most one is uncommitted, so the last one must be committed first.</summary>
    private bool IsSettled => order.CommitSeq >= order.View.Number;

    /// <summary>A seat has one incarnation at a time: a JOIN waits until the old one has been ordered out.</summary>
    public OrderedChange? OnJoinReq(byte member, JoinReq join)
    {
        if (!IsSettled)
            return null;
        if (order.View.TryGet(member, out var present)
            && (present.Incarnation != join.Incarnation || present.Votes || present.JoinedAt != join.After))
        {
            return null;
        }

        return new OrderedChange(EntryKind.Join, new MembershipChange(member, join.Incarnation), (ulong)order.MaxSeq.Next.Value);
    }

    /// <summary>A joiner votes when it has executed nearly everything that is committed.</summary>
    public OrderedChange? OnCaughtUp(byte member, CaughtUp caughtUp)
    {
        if (!IsSettled || !order.View.TryGet(member, out var joiner)
            || joiner.Incarnation != caughtUp.Incarnation || joiner.Votes || caughtUp.Executed < joiner.JoinedAt
            || order.CommitSeq - caughtUp.Executed > options.WindowEntriesMax)
        {
            return null;
        }

        return new OrderedChange(EntryKind.Activate, new MembershipChange(member, joiner.Incarnation), (ulong)order.MaxSeq.Next.Value);
    }

    /// <summary>
    /// Orders a member out only if the rest can go on: at least two voters, and a quorum of them heard recently. No
    /// member leaves while a skip collects promises: a member whose promise is awaited must not be gone when it could
    /// still answer. An operator may force it.
    /// </summary>
    public OrderedChange? OnLeaveReq(LeaveReq leave, bool isSkipOpen, Instant now)
    {
        if (!IsSettled || !order.View.TryGet(leave.Member, out var leaver) || leaver.Incarnation != leave.Incarnation)
            return null;
        if (!leave.IsForced && (isSkipOpen || (leaver.Votes && !CanGoOnWithout(leaver, now))))
            return null;
        return new OrderedChange(EntryKind.Leave, new MembershipChange(leave.Member, leave.Incarnation), leave.Decision);
    }

    private bool CanGoOnWithout(ViewMember leaver, Instant now)
    {
        var rest = order.View.Members.Where(member => member.Votes && member.Id != leaver.Id).ToList();
        return View.CanGoOn(rest.Count, rest.Count(member => order.Members.IsLive(member.Id, now)));
    }
}

/// <summary>A change of membership that is to be ordered.</summary>
/// <param name="Kind">JOIN, ACTIVATE or LEAVE.</param>
/// <param name="Change">The member that it is about.</param>
/// <param name="Number">Tells two changes of one kind apart.</param>
internal readonly record struct OrderedChange(EntryKind Kind, MembershipChange Change, ulong Number)
{
    public Request ToRequest() => Change.ToRequest(Kind, Number);
}
