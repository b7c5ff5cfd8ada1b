using System.Collections.Frozen;
using System.Net;
using Dams.Hosting.Topology;

namespace Dams.Hosting.Web;

/// <summary>
/// The hosts under which a server answers: loopback, the address at which a connection has reached it, and further names. A page in a
/// browser may point a name of its own at any address, and then its script may read and send everything there. Under a name that the
/// server does not know, the script gets 421 and nothing else. Immutable; for any thread.
/// </summary>
/// <param name="more">Names and addresses without ports. Their case does not matter.</param>
public sealed class HostNames(IEnumerable<string> more)
{
    private readonly FrozenSet<string> _more = more.Select(Bare).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The hosts of a cluster's processes: those of the settings <c>hosts</c> and <c>allowedHosts</c>, and that of the public address.
    /// </summary>
    public static HostNames Of(ClusterTopology topology) => new(
    [
        .. topology.Hosts.Values.Select(host => host.Address.Text),
        .. topology.AllowedHosts,
        .. topology.PublicBaseUrl is { } address ? [address.IdnHost] : (string[])[],
    ]);

    /// <summary>Whether a server answers under a host.</summary>
    /// <param name="host">The host of a request, without its port.</param>
    /// <param name="local">The address at which the request's connection has reached this process.</param>
    public bool Includes(string host, IPAddress? local)
    {
        var name = Bare(host);
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && (IPAddress.IsLoopback(address) || IsSame(address, local)))
            || _more.Contains(name);
    }

    private static bool IsSame(IPAddress address, IPAddress? local) => local is not null
        && address.Equals(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);

    // IPv6 has brackets in a host, and none in an address. A name may end with the dot of the root.
    private static string Bare(string host) => host.StartsWith('[') ? host.Trim('[', ']') : host.TrimEnd('.');
}
