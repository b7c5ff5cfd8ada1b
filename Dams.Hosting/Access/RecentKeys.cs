namespace Dams.Hosting.Access;

/// <summary>A dictionary that forgets the key that was used longest ago when it is full. Single-threaded.</summary>
/// <param name="countMax">The most keys.</param>
internal sealed class RecentKeys<TKey, TValue>(int countMax)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];

    // The key that was used longest ago comes first.
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    /// <summary>How many keys there are.</summary>
    public int Count => _nodes.Count;

    /// <summary>Finds a value, and takes the key as used.</summary>
    public bool Find(TKey key, out TValue? value)
    {
        value = default;
        if (!_nodes.TryGetValue(key, out var node))
            return false;
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>The value of a key, or the default if there is none.</summary>
    public TValue? TryGet(TKey key) => Find(key, out var value) ? value : default;

    /// <summary>The value of a key, which is made if there is none.</summary>
    public TValue GetOrAdd(TKey key, Func<TValue> make)
    {
        if (Find(key, out var value))
            return value!;
        var made = make();
        Set(key, made);
        return made;
    }

    /// <summary>Sets the value of a key.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_nodes.Remove(key, out var former))
            _order.Remove(former);
        else if (_nodes.Count >= countMax)
        {
            _nodes.Remove(_order.First!.Value.Key);
            _order.RemoveFirst();
        }

        _nodes.Add(key, _order.AddLast((key, value)));
    }
}
