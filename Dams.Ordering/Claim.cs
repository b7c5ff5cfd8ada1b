namespace Dams.Ordering;

/// <summary>
/// A claim: an epoch together with the boot of the sequencer that claims it. Members give their promises to a claim.
/// </summary>
/// <param name="Epoch">The claimed epoch.</param>
/// <param name="Boot">The sequencer's boot. A restarted sequencer can't use promises that were given to an earlier boot.</param>
public readonly record struct Claim(Epoch Epoch, BootId Boot)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Epoch}/{Boot}";
}
