namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides which other member is asked for entries: each in turn. So a member that is dead, or lacks the entries, costs
/// one try.
/// </summary>
internal sealed class PeerRotation(GroupOptions options, byte id)
{
    private int _turn;

    /// <summary>The next other member; <paramref name="ifAlone"/> if the group has no other.</summary>
    public NodeId Next(NodeId ifAlone)
    {
        _turn++;
        for (var i = 0; i < options.Members.Count; i++)
        {
            var other = options.Members[(_turn + i) % options.Members.Count];
            if (other != id)
                return options.Member(other);
        }

        return ifAlone;
    }
}
