using System.Text;
using System.Xml;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dams.Soap.CoreWcf;

/// <summary>
/// CoreWCF's part of the application: a branch that no client can reach, because only the dispatchers call it. It has an address for each
/// SOAP version of each service, since two bindings can't share one. CoreWCF opens it when the server has started.
/// </summary>
internal sealed class CoreWcfPipeline(IServiceBuilder builder)
{
    // Text becomes longer in the fresh envelope: an ampersand in a CDATA section becomes five characters.
    private const int GrowthMax = 5;
    private const int EnvelopeBytesMax = 4096;
    private RequestDelegate? _branch;

    /// <summary>Adds a service. Called before the application starts.</summary>
    public CoreWcfDispatcher Add<TContract>(IEndpointRouteBuilder endpoints, string path, SoapService service)
        where TContract : class
    {
        var soap11 = new PathString(path + "/soap11");
        var soap12 = new PathString(path + "/soap12");
        var behavior = new CoreWcfBehavior(service);
        builder.AddService<TContract>();
        AddEndpoint(typeof(TContract), soap11, MessageVersion.Soap11, service, behavior);
        AddEndpoint(typeof(TContract), soap12, MessageVersion.Soap12, service, behavior);
        if (_branch is null)
        {
            // CoreWCF looks for a binding to HTTP here. So the first service must have been added.
            var branch = endpoints.CreateApplicationBuilder();
            branch.UseServiceModel();
            _branch = branch.Build();
        }

        return new CoreWcfDispatcher(_branch, soap11, soap12, service);
    }

    private void AddEndpoint(Type contract, PathString path, MessageVersion version, SoapService service, CoreWcfBehavior behavior)
    {
        var binding = new CustomBinding(
            new TextMessageEncodingBindingElement(version, Encoding.UTF8) { ReaderQuotas = XmlDictionaryReaderQuotas.Max },
            new HttpTransportBindingElement
            {
                MaxReceivedMessageSize = ((long)service.Options.RequestBytesMax * GrowthMax) + EnvelopeBytesMax,
            })
        {
            // CoreWCF keeps an object of each call until the call's time is over, a minute by default. The edge has its own limits of time.
            OpenTimeout = TimeSpan.MaxValue,
            CloseTimeout = TimeSpan.MaxValue,
            SendTimeout = TimeSpan.MaxValue,
            ReceiveTimeout = TimeSpan.MaxValue,
        };
        // Only the path counts. The host is none of the server's, so that it may listen at any number of addresses.
        var address = new Uri("http://localhost" + path.ToUriComponent());
        builder.AddServiceEndpoint(
            contract, contract, binding, address, address, endpoint => endpoint.EndpointBehaviors.Add(behavior));
    }
}
