using System.Net;

namespace Dams.Ordering.Transport;

/// <summary>The addresses of the nodes, from the topology. Immutable: addresses are never learned from datagrams.</summary>
public sealed class AddressBook
{
    private const int Roles = (int)NodeRole.Manager + 1;

    private readonly SocketAddress?[] _addresses = new SocketAddress?[Roles * (byte.MaxValue + 1)];
    private readonly Dictionary<NodeId, IPEndPoint> _endpoints;

    /// <summary>Makes a book of these nodes.</summary>
    /// <exception cref="ArgumentException">A node has no role or port.</exception>
    public AddressBook(IEnumerable<KeyValuePair<NodeId, IPEndPoint>> nodes)
    {
        _endpoints = new Dictionary<NodeId, IPEndPoint>(nodes);
        foreach (var (node, endpoint) in _endpoints)
        {
            if (node.Role is < NodeRole.FrontEnd or > NodeRole.Manager || endpoint.Port == 0)
                throw new ArgumentException($"{node} at {endpoint} is not a node with an address", nameof(nodes));
            _addresses[IndexOf(node)] = endpoint.Serialize();
        }
    }

    /// <summary>All nodes.</summary>
    internal IReadOnlyDictionary<NodeId, IPEndPoint> Nodes => _endpoints;

    /// <summary>
    /// Whether all nodes are on this machine, so that datagrams of
    /// <see cref="DatagramHeader.LoopbackDatagramBytesMax"/> may be used.
    /// </summary>
    public bool IsAllLoopback => _endpoints.Values.All(endpoint => IPAddress.IsLoopback(endpoint.Address));

    /// <summary>The address of a node.</summary>
    internal SocketAddress? Find(NodeId node) => node.Role <= NodeRole.Manager ? _addresses[IndexOf(node)] : null;

    private static int IndexOf(NodeId node) => ((int)node.Role * (byte.MaxValue + 1)) + node.Number;
}
