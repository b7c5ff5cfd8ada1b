using System.Collections;
using System.Runtime.CompilerServices;

namespace Dams.Contracts.Domain;

/// <summary>An immutable list that compares by content. So a record that holds one compares by content, too.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
[CollectionBuilder(typeof(ReplyList), nameof(ReplyList.Create))]
public sealed class ReplyList<T> : IReadOnlyList<T>, IEquatable<ReplyList<T>>
{
    private readonly T[] _items;

    internal ReplyList(T[] items) => _items = items;

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(ReplyList<T>? other) =>
        other is not null && _items.AsSpan().SequenceEqual(other._items, EqualityComparer<T>.Default);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReplyList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

/// <summary>Makes <see cref="ReplyList{T}"/> from collection expressions.</summary>
public static class ReplyList
{
    /// <summary>Copies the items.</summary>
    public static ReplyList<T> Create<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
