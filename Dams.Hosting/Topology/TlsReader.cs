namespace Dams.Hosting.Topology;

/// <summary>Reads which certificates a cluster has, and checks that the rest of the configuration fits them.</summary>
internal static class TlsReader
{
    // The authority's file is ca.pem, and a host's file is its name with .pem.
    private const string AuthorityName = "ca";

    /// <summary>Reads <c>tls</c>; null if the cluster has none.</summary>
    /// <param name="root">The configuration.</param>
    /// <param name="readPath">Reads a path that must be there.</param>
    public static TlsSettings? ReadTls(JsonSection root, Func<JsonSection, string, string> readPath) =>
        root.OptionalSection("tls", tls => new TlsSettings(readPath(tls, "folder")));

    /// <summary>Reads <c>https</c>; null if the cluster has none.</summary>
    /// <param name="root">The configuration.</param>
    /// <param name="readPath">Reads a path that must be there.</param>
    public static HttpsSettings? ReadHttps(JsonSection root, Func<JsonSection, string, string> readPath) =>
        root.OptionalSection("https", https => new HttpsSettings(readPath(https, "certificate"), readPath(https, "key")));

    /// <summary>Checks that every process has a host, if the cluster has certificates: a certificate is that of a host.</summary>
    public static void Check(ClusterTopology topology, List<TopologyProblem> problems)
    {
        if (topology.Tls is null)
            return;
        if (topology.Hosts.IsEmpty)
            problems.Add(new TopologyProblem("$.tls", "is there, and \"hosts\" is not", "hosts: each certificate is that of a host"));
        if (topology.Hosts.ContainsKey(AuthorityName))
        {
            problems.Add(new TopologyProblem(
                $"$.hosts.{AuthorityName}", "would have the certificate ca.pem, which is that of the authority", "another name"));
        }
    }
}
