namespace Dams.Tests.Simulation;

/// <summary>
/// A fault of one replica that lasts for a while, under load. In the first three kinds its process and its disk are well.
/// </summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Replica">The seat of the replica.</param>
/// <param name="At">When it begins.</param>
/// <param name="Length">How long it lasts. A fault of the process lasts until the incarnation is replaced.</param>
internal sealed record Glitch(GlitchKind Kind, byte Replica, TimeSpan At, TimeSpan Length)
{
    /// <summary>How often it happens, with as long a break between.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Whether the fault lasts until the incarnation is replaced.</summary>
    public bool IsForGood => Kind >= GlitchKind.Stuck;
}

/// <summary>The kinds of <see cref="Glitch"/>.</summary>
internal enum GlitchKind
{
    /// <summary>No datagram reaches or leaves the replica. It answers over HTTP.</summary>
    Cut,

    /// <summary>No datagram reaches the replica.</summary>
    Deaf,

    /// <summary>No datagram leaves the replica.</summary>
    Mute,

    /// <summary>The replica answers over HTTP for ever, and handles no datagram any more.</summary>
    Stuck,

    /// <summary>The process stands still, as after SIGSTOP.</summary>
    Hung,

    /// <summary>The process ends, and can't be started again on its folder.</summary>
    Killed,
}
