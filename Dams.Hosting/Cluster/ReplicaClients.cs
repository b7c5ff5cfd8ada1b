using System.Collections.Concurrent;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using System.Xml;
using Dams.Contracts.Soap;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;

namespace Dams.Hosting.Cluster;

/// <summary>
/// SOAP clients of the replicas' own contract, with one channel for each replica. A faulted channel is replaced. A replica may be wrong in
/// any way, so its answers are bounded in bytes, depth and time before any code looks at them. Used by many threads.
/// </summary>
public sealed class ReplicaClients : IDisposable
{
    /// <summary>
    /// The longest message. A list of all slots that a type can have is 6.6 MB in base 64: three hospitals, three times of day, a hundred
    /// years, 15 bytes each. A piece of a snapshot is 350 KB, and 500 entries are under 1 MB.
    /// </summary>
    internal const int MessageBytesMax = 8 * 1024 * 1024;

    // Enough for names, digests, numbers and a fault's reason. Longer content is in base 64, and counts as an array.
    private const int TextLengthMax = 4_096;

    // The contract needs a depth of seven.
    private const int DepthMax = 32;

    // Made at the first question: hundreds of methods are compiled for it, and most replicas never ask.
    private readonly Lazy<ChannelFactory<IReplicaService>> _factory = new(MakeFactory);
    private readonly ClusterTopology _topology;
    private readonly ConcurrentDictionary<int, IReplicaService> _channels = new();

    /// <summary>Makes clients of a cluster's replicas.</summary>
    public ReplicaClients(ClusterTopology topology) => _topology = topology;

    /// <summary>The client of a replica.</summary>
    public IReplicaService Of(int replica) => _channels.AddOrUpdate(replica, Open, (number, channel) =>
    {
        if (((ICommunicationObject)channel).State is not (CommunicationState.Faulted or CommunicationState.Closed))
            return channel;
        ((ICommunicationObject)channel).Abort();
        return Open(number);
    });

    /// <summary>Closes all channels without waiting.</summary>
    public void Dispose()
    {
        if (_factory.IsValueCreated)
            _factory.Value.Abort();
    }

    private static ChannelFactory<IReplicaService> MakeFactory()
    {
        var binding = new BasicHttpBinding
        {
            MaxReceivedMessageSize = MessageBytesMax,
            MaxBufferSize = MessageBytesMax,
            ReaderQuotas = new XmlDictionaryReaderQuotas
            {
                MaxDepth = DepthMax,
                MaxStringContentLength = TextLengthMax,
                MaxArrayLength = MessageBytesMax,
            },
            // Longer than any caller waits, and than an exchange may take: those limits end a call, not this one.
            SendTimeout = TimeSpan.FromSeconds(10),
            UseDefaultWebProxy = false,
        };
        var factory = new ChannelFactory<IReplicaService>(binding);
        factory.Endpoint.EndpointBehaviors.Add(new BoundedHttp());
        return factory;
    }

    private IReplicaService Open(int replica)
    {
        var node = _topology.FindReplica(replica) ?? throw new ArgumentOutOfRangeException(nameof(replica), replica, "no such replica");
        var channel = _factory.Value.CreateChannel(new EndpointAddress(new Uri(node.Address.ToHttpUri(), SoapPaths.Replica)));
        // This sends nothing. If the first calls opened the channel, they would wait for each other and go on in each other's context.
        ((ICommunicationObject)channel).Open();
        return channel;
    }

    /// <summary>Gives WCF its HTTP handler, as a function among the binding's parameters: WCF looks for it there.</summary>
    private sealed class BoundedHttp : IEndpointBehavior
    {
        public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
            bindingParameters.Add((Func<HttpClientHandler, HttpMessageHandler>)(http => WholeAnswers.Around(http, MessageBytesMax)));

        public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime)
        {
        }

        public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
        {
        }

        public void Validate(ServiceEndpoint endpoint)
        {
        }
    }
}
