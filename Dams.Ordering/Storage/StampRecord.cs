namespace Dams.Ordering.Storage;

/// <summary>The stamps that a folder holds: its own, and the newest known stamps of the others' folders. Immutable.</summary>
public sealed class StampRecord : IEquatable<StampRecord>
{
    /// <summary>
    /// The most stamps of others. The largest group needs one for each other member. Two more are for folders that were
    /// replaced or are about to be.
    /// </summary>
    public const int OthersMax = View.MembersMax - 1 + 2;

    /// <summary>A folder that was never stamped.</summary>
    public static readonly StampRecord None = new(FolderStamp.None, isConfirmed: false, []);

    private readonly PeerStamp[] _others;

    /// <summary>A record of these stamps.</summary>
    /// <param name="own">The folder's own stamp.</param>
    /// <param name="isConfirmed">Whether enough others have that stamp on disk.</param>
    /// <param name="others">The stamps of the others; the one that changed last is at the end.</param>
    public StampRecord(FolderStamp own, bool isConfirmed, IEnumerable<PeerStamp> others)
    {
        Own = own;
        IsConfirmed = isConfirmed;
        _others = [.. others];
    }

    /// <summary>The folder's own stamp.</summary>
    public FolderStamp Own { get; }

    /// <summary>Whether enough others have <see cref="Own"/> on disk.</summary>
    public bool IsConfirmed { get; }

    /// <summary>The stamps of the others; the one that changed last is at the end.</summary>
    public IReadOnlyList<PeerStamp> Others => _others;

    /// <inheritdoc/>
    public bool Equals(StampRecord? other) =>
        other is not null && Own == other.Own && IsConfirmed == other.IsConfirmed && _others.AsSpan().SequenceEqual(other._others);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StampRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Own, IsConfirmed, _others.Length);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Own}{(IsConfirmed ? "" : "?")}{{{string.Join(",", _others.Select(other => $"{other.Member}:{other.Stamp}"))}}}";
}
