using System.Net;
using System.Net.Sockets;

namespace Dams.Ordering.Transport;

/// <summary>
/// The addresses of the nodes, from the topology and the names in it. Immutable: addresses are never learned from datagrams. A node whose
/// name has no address yet is missing.
/// </summary>
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
    /// The same nodes for a socket of IPv6 that sends to IPv4 as well: it needs addresses of IPv4 in the form of IPv6 (RFC 4291,
    /// section 2.5.5.2).
    /// </summary>
    internal AddressBook ForBothFamilies() => new(_endpoints.Select(node => KeyValuePair.Create(
        node.Key, node.Value.AddressFamily == AddressFamily.InterNetworkV6
            ? node.Value
            : new IPEndPoint(node.Value.Address.MapToIPv6(), node.Value.Port))));

    /// <summary>The address of a node.</summary>
    internal SocketAddress? Find(NodeId node) => node.Role <= NodeRole.Manager ? _addresses[IndexOf(node)] : null;

    private static int IndexOf(NodeId node) => ((int)node.Role * (byte.MaxValue + 1)) + node.Number;
}
