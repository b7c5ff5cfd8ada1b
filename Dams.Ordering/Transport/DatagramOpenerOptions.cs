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
    /// How many keys are derived for unknown boots, per second, source address and claimed sender. A derivation with the check of the seal
    /// costs 5 us, so that is 0.01 % of a core. A boot needs one derivation in its life.
    /// </summary>
    public int UnknownPerSecond { get; init; } = 20;

    /// <summary>How many of these keys may be derived at once: for a node that is restarted again and again.</summary>
    public int UnknownBurst { get; init; } = 50;

    /// <summary>
    /// How many more keys are derived per second, whatever the address and the claimed sender: 5 % of a core. Garbage that uses a node's
    /// name and address takes all tokens of that node. As long as there is no more of it than this, the node's own datagrams still get
    /// theirs. Of more garbage they get their share.
    /// </summary>
    public int SparePerSecond { get; init; } = 10_000;

    /// <summary>How many of the spare keys may be derived at once: for datagrams that have waited while the loop was busy.</summary>
    public int SpareBurst { get; init; } = 1_000;
}
