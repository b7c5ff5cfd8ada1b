using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Cluster;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Dams.Tests.Network;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Tls;

/// <summary>The configuration of a cluster on two hosts, which are loopback addresses, with its certificates.</summary>
internal sealed class TlsCluster : IDisposable
{
    public TlsCluster(string more = "")
    {
        var (mtl, que) = (Folder.Address, TestAddresses.Next());
        File.WriteAllText(Config, $$"""
            {
              "cluster": "clinics",
              "hosts": { "mtl": "{{mtl}}", "que": "{{que}}" },
              "frontEnds": [ { "host": "mtl" } ],
              "sequencers": [ { "host": "mtl" }, { "host": "que" } ],
              "replicas": [ { "host": "mtl" }, { "host": "que" }, { "host": "mtl" }, { "host": "que" } ],
              "tls": { "folder": "certs" }{{more}}
            }
            """);
        var reading = TopologyReader.ReadFile(Config);
        Assert.That(reading.Problems, Is.Empty);
        Topology = reading.Topology!;
    }

    public TestFolder Folder { get; } = new();

    public string Config => Folder.File("dams.json");

    public ClusterTopology Topology { get; }

    public TlsSettings Tls => Topology.Tls!;

    /// <summary>A process on the host mtl, and one on que.</summary>
    public ClusterNode OnMtl => Topology.Find(NodeId.Manager(1))!;

    public ClusterNode OnQue => Topology.Find(NodeId.Manager(2))!;

    /// <summary>Makes the certificates of the cluster, as the tool does.</summary>
    public TlsCluster WithCertificates()
    {
        new CertificateFolder(Topology, Tls, Tls.AuthorityKeyFile, DateTimeOffset.UtcNow).MakeMissing(3650, 365);
        return this;
    }

    /// <summary>The authority with its key.</summary>
    public X509Certificate2 Authority()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Tls.AuthorityKeyFile));
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Tls.AuthorityFile));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The certificates of a process.</summary>
    public NodeCertificates Open(ClusterNode node, ILogger logger) =>
        NodeCertificates.Open(Topology, node, TimeProvider.System, logger);

    /// <summary>A client with the certificate of a process's host.</summary>
    public HttpClient ClientOf(ClusterNode node, ILogger logger) =>
        new(NodeHttp.CreateHandler(Open(node, logger).Nodes)) { Timeout = TimeSpan.FromSeconds(20) };

    public void Dispose() => Folder.Dispose();
}
