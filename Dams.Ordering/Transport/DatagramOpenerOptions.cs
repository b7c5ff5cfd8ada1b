namespace Dams.Ordering.Transport;

/// <summary>The options of a <see cref="DatagramOpener"/>: the datagrams that a node opens, and its bounds.</summary>
public sealed record DatagramOpenerOptions
{
    /// <summary>The receiver.</summary>
    public required NodeId Self { get; init; }

    /// <summary>See <see cref="DatagramHeader.ClusterIdOf"/>.</summary>
    public required uint ClusterId { get; init; }

    /// <summary>The groups that are served.</summary>
    public required IReadOnlyList<GroupId> Groups { get; init; }

    /// <summary>
    /// How many senders' boots have their keys and windows kept: more than a cluster has nodes, each restarted a few
    /// times.
    /// </summary>
    public int PeersMax { get; init; } = 256;

    /// <summary>How many boots of one sender and group are kept. So replays of old boots push out no boot of another sender.</summary>
    public int BootsPerSenderMax { get; init; } = 4;

    /// <summary>
    /// How many keys are derived for unknown boots, per second and source address. A derivation costs 4 us, so this is
    /// at most 0.1 % of a core.
    /// </summary>
    public int UnknownPerSecond { get; init; } = 200;

    /// <summary>
    /// How many of these keys may be derived at once: enough for a whole cluster on one address that starts together,
    /// several times over.
    /// </summary>
    public int UnknownBurst { get; init; } = 200;
}
