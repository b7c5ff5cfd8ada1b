using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Hosting.Survival;

/// <summary>
/// The rest of a group: the members that live, in the view that they had before the loss. It applies the rules of the protocol to them.
/// </summary>
/// <param name="members">The seats of all members.</param>
/// <param name="live">The seats of those that live.</param>
/// <param name="isLed">Whether the sequencer that led the group lives.</param>
/// <param name="sequencers">How many sequencers live.</param>
internal sealed class SurvivingGroup(IReadOnlyCollection<byte> members, IReadOnlySet<byte> live, bool isLed, int sequencers)
{
    /// <summary>The view before the loss: all members vote.</summary>
    public View View { get; } = ViewOf(members);

    /// <summary>How many members live.</summary>
    public int Live => live.Count;

    public bool IsLive(byte seat) => live.Contains(seat);

    /// <summary>Whether a new epoch can begin in a view: Q of its voters can promise and install.</summary>
    public bool HasQuorumIn(View view) => view.Members.Count(member => live.Contains(member.Id)) >= view.EpochQuorum;

    /// <summary>
    /// Whether entries are committed. That needs K disks and a sequencer that leads: the former one, or another if there can be an epoch
    /// of it. A sequencer that hears fewer than Q members sends no more SYNC, but orders what it gets.
    /// </summary>
    public bool Commits => sequencers > 0 && live.Count >= View.CommitQuorum && (isLed || HasQuorumIn(View));

    /// <summary>Whether a member may be ordered out of a view: the rest must be able to go on.</summary>
    public bool CanLose(View view, byte seat)
    {
        var rest = view.Members.Where(member => member.Id != seat).ToList();
        return View.CanGoOn(rest.Count, rest.Count(member => live.Contains(member.Id)));
    }

    /// <summary>Whether a member that starts finds enough others that confirm its folder.</summary>
    /// <param name="isDurable">Whether members check each other's folders.</param>
    public bool ConfirmsRestart(bool isDurable) => new GroupOptions
    {
        Group = GroupId.Replicas,
        Members = [.. members],
        Sequencers = [],
        FrontEnds = [],
        IsDurable = isDurable,
    }.ConfirmationsNeeded <= live.Count - 1;

    /// <summary>A view of voters.</summary>
    public static View ViewOf(IEnumerable<byte> seats) => new(
        SequenceNumber.Zero,
        seats.Select(seat => new ViewMember(seat, new Incarnation(seat), SequenceNumber.Zero, SequenceNumber.Zero)));
}
