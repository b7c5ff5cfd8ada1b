using System.Net.Security;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;

namespace Dams.Cli.Client;

/// <summary>Gives WCF a check of the server's certificate, as a function among the binding's parameters: WCF looks for it there.</summary>
/// <param name="check">Checks the certificate.</param>
internal sealed class CheckedHttps(RemoteCertificateValidationCallback check) : IEndpointBehavior
{
    public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters) =>
        bindingParameters.Add((Func<HttpClientHandler, HttpMessageHandler>)(http =>
        {
            http.ServerCertificateCustomValidationCallback = (request, certificate, chain, errors) =>
                check(request, certificate, chain, errors);
            return http;
        }));

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
