namespace Dams.Ordering;

/// <summary>
/// How new a data folder is. A member gives its folder the next stamp at every start, and again while it works; other members remember the
/// newest. A folder that was put back from an older copy has an older stamp, and is refused. After the counters of ROTE (Matetic et al.,
/// USENIX Security 2017).
/// </summary>
/// <param name="Number">Rises by one with each stamp of a folder; 0 is "none yet".</param>
/// <param name="Nonce">Random: two copies of one folder that go on apart give the same number another nonce.</param>
public readonly record struct FolderStamp(uint Number, uint Nonce)
{
    /// <summary>A folder that was never stamped.</summary>
    public static readonly FolderStamp None;

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Number}/{Nonce:x8}");
}

/// <summary>The newest stamp that is known of another member's folder.</summary>
/// <param name="Member">Its slot.</param>
/// <param name="Incarnation">Which folder.</param>
/// <param name="Stamp">The stamp.</param>
public readonly record struct PeerStamp(byte Member, Incarnation Incarnation, FolderStamp Stamp);
