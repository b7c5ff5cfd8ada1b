namespace Dams.Ordering;

/// <summary>
/// The identity of one boot: 64 random bits for each start of a process. It is used in keys and nonces, and to tell the
/// boots of a sequencer apart; never in quorums.
/// </summary>
/// <param name="Value">Random; 0 is "none".</param>
public readonly record struct BootId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x4", System.Globalization.CultureInfo.InvariantCulture);
}
