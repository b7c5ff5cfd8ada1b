using Dams.Ordering;

namespace Dams.Hosting.Topology;

/// <summary>How processes are reached by HTTP.</summary>
public static class NodeUris
{
    extension(ClusterTopology topology)
    {
        /// <summary>
        /// Whether front ends speak HTTPS. They do with a certificate of their own. With certificates of hosts they show that of their
        /// host, unless a trusted proxy speaks HTTPS for them.
        /// </summary>
        public bool SpeaksHttps => topology.Https is not null || (topology.Tls is not null && topology.TrustedProxies.IsEmpty);

        /// <summary>The root of what a process serves, without a slash at the end.</summary>
        /// <param name="node">A process of the cluster.</param>
        public Uri UriOf(ClusterNode node)
        {
            var isSecure = node.Id.Role == NodeRole.FrontEnd ? topology.SpeaksHttps : topology.Tls is not null;
            return new Uri($"{(isSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{node.Address}", UriKind.Absolute);
        }
    }
}
