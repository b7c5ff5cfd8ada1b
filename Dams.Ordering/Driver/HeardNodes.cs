namespace Dams.Ordering.Driver;

/// <summary>When each node was last heard. Only authenticated senders are noted. The loop writes; any thread reads.</summary>
internal sealed class HeardNodes
{
    private const int Roles = (int)NodeRole.Manager + 1;

    // The moment's ticks; 0 if the node was not heard. A moment of 0 ticks is noted as 1.
    private readonly long[] _ticks = new long[Roles * (byte.MaxValue + 1)];

    /// <summary>Notes that a node was heard. A sender of no known role is left out.</summary>
    public void Note(NodeId node, Instant now)
    {
        if (node.Role <= NodeRole.Manager)
            Volatile.Write(ref _ticks[IndexOf(node)], now.Ticks == 0 ? 1 : now.Ticks);
    }

    /// <summary>The moment at which a node was last heard, without the time of day; null if never.</summary>
    public Instant? Of(NodeId node) =>
        node.Role <= NodeRole.Manager && Volatile.Read(ref _ticks[IndexOf(node)]) is not 0 and var ticks ? new Instant(ticks, 0) : null;

    private static int IndexOf(NodeId node) => ((int)node.Role * (byte.MaxValue + 1)) + node.Number;
}
