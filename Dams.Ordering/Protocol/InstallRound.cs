using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The installation of a new epoch at the members. It decides whether Q voters have the chosen log on disk. Members that
/// come later get the same NEWVIEW, because a later view would not belong to the tail that they install.
/// </summary>
internal sealed class InstallRound(GroupOptions options, Outbox outbox, NewView newView)
{
    private readonly HashSet<byte> _members = [];

    /// <summary>Sends NEWVIEW to the members of a view that have not installed it.</summary>
    public void Send(View view)
    {
        foreach (var member in view.Members)
        {
            if (!_members.Contains(member.Id))
                SendTo(options.Member(member.Id));
        }
    }

    public void SendTo(NodeId member) => outbox.Send(member, newView.Claim.Epoch, newView);

    /// <summary>A member says that it has installed the epoch. False if its disk lacks a part of the log.</summary>
    public bool TryAdd(byte member, SequenceNumber durable)
    {
        if (durable < newView.Tail)
            return false;
        _members.Add(member);
        return true;
    }

    /// <summary>Whether Q voters of a view have installed the epoch.</summary>
    public bool IsEnough(View view) =>
        view.Members.Count(member => member.Votes && _members.Contains(member.Id)) >= view.EpochQuorum;
}
