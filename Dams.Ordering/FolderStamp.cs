namespace Dams.Ordering;

/// <summary>
/// Shows how new a data folder is. A member gives its folder the next stamp at every start, and again while it works.
/// Other members remember the newest stamp. A folder that was put back from an older copy has an older stamp, so the
/// other members refuse it. Follows the counters of ROTE (Matetic et al., USENIX Security 2017).
/// </summary>
/// <param name="Number">Rises by one with each stamp of a folder; 0 is "none yet".</param>
/// <param name="Nonce">Random. Two copies of one folder that continue separately give the same number different nonces.</param>
public readonly record struct FolderStamp(uint Number, uint Nonce)
{
    /// <summary>The stamp of a folder that was never stamped.</summary>
    public static readonly FolderStamp None;

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Number}/{Nonce:x8}");
}
