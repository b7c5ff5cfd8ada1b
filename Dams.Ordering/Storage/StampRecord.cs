namespace Dams.Ordering.Storage;

/// <summary>The stamps that a folder holds: its own, and the newest that are known of the others'. Immutable.</summary>
public sealed class StampRecord : IEquatable<StampRecord>
{
    /// <summary>
    /// No more of others' than this: one for each of the largest group, and two of folders that were replaced or are about to be.
    /// </summary>
    public const int OthersMax = View.MembersMax - 1 + 2;

    /// <summary>A folder that was never stamped.</summary>
    public static readonly StampRecord None = new(FolderStamp.None, isConfirmed: false, []);

    private readonly PeerStamp[] _others;

    /// <summary>A record of these stamps.</summary>
    /// <param name="own">The folder's own.</param>
    /// <param name="isConfirmed">Whether enough others have it on disk.</param>
    /// <param name="others">Of the others, the one that changed last at the end.</param>
    public StampRecord(FolderStamp own, bool isConfirmed, IEnumerable<PeerStamp> others)
    {
        Own = own;
        IsConfirmed = isConfirmed;
        _others = [.. others];
    }

    /// <summary>The folder's own.</summary>
    public FolderStamp Own { get; }

    /// <summary>Whether enough others have it on disk.</summary>
    public bool IsConfirmed { get; }

    /// <summary>Of the others, the one that changed last at the end.</summary>
    public IReadOnlyList<PeerStamp> Others => _others;

    /// <inheritdoc/>
    public bool Equals(StampRecord? other) =>
        other is not null && Own == other.Own && IsConfirmed == other.IsConfirmed && _others.AsSpan().SequenceEqual(other._others);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StampRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Own, IsConfirmed, _others.Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Own}{(IsConfirmed ? "" : "?")}{{{string.Join(",", _others.Select(other => $"{other.Member}:{other.Stamp}"))}}}";
}
