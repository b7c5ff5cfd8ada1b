using System.Collections.Concurrent;
using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.Contracts.Topology;
using Dams.Hosting.Web;

namespace Dams.Hosting.Cluster;

/// <summary>SOAP clients of the replicas' own contract, one channel each; a faulted one is replaced. Used by many threads.</summary>
public sealed class ReplicaClients : IDisposable
{
    private const long MessageBytesMax = 64L << 20;

    private readonly ChannelFactory<IReplicaService> _factory;
    private readonly ClusterTopology _topology;
    private readonly ConcurrentDictionary<int, IReplicaService> _channels = new();

    /// <summary>Clients of this cluster's replicas.</summary>
    public ReplicaClients(ClusterTopology topology)
    {
        _topology = topology;
        var binding = new BasicHttpBinding
        {
            MaxReceivedMessageSize = MessageBytesMax,
            ReaderQuotas = System.Xml.XmlDictionaryReaderQuotas.Max,
            SendTimeout = TimeSpan.FromSeconds(5),
            UseDefaultWebProxy = false,
        };
        _factory = new ChannelFactory<IReplicaService>(binding);
    }

    /// <summary>The client of a replica.</summary>
    public IReplicaService Of(int replica) => _channels.AddOrUpdate(replica, Open, (number, channel) =>
    {
        if (((ICommunicationObject)channel).State is not (CommunicationState.Faulted or CommunicationState.Closed))
            return channel;
        ((ICommunicationObject)channel).Abort();
        return Open(number);
    });

    /// <summary>Closes all channels without waiting.</summary>
    public void Dispose() => _factory.Abort();

    private IReplicaService Open(int replica)
    {
        var node = _topology.FindReplica(replica) ?? throw new ArgumentOutOfRangeException(nameof(replica), replica, "no such replica");
        return _factory.CreateChannel(new EndpointAddress(new Uri(node.Listen.ToHttpUri(), SoapEndpoints.ReplicaPath)));
    }
}
