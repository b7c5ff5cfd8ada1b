using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Soap;

/// <summary>Puts a SOAP service at a path. This is the one seam between services and their host: nothing else of this assembly is public but options.</summary>
public static class SoapServiceExtensions
{
    /// <summary>
    /// Hosts <typeparamref name="TContract"/>, an interface with <c>System.ServiceModel</c> attributes, for SOAP 1.1 and 1.2 at one path, with its WSDL
    /// and a help page.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">Such as <c>/AppointmentService</c>.</param>
    /// <param name="implementation">Called by many threads at once.</param>
    /// <param name="options">Limits, addresses and the WSDL.</param>
    /// <exception cref="InvalidOperationException">The interface and the WSDL contradict one another.</exception>
    public static IEndpointConventionBuilder MapSoapService<TContract>(
        this IEndpointRouteBuilder endpoints, string path, TContract implementation, SoapServiceOptions options)
        where TContract : class => endpoints.MapSoapService(path, _ => implementation, options);

    /// <summary>As above, with an implementation for each call: one that knows who calls, and when the client has gone.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">Such as <c>/AppointmentService</c>.</param>
    /// <param name="implementation">Makes it; should be cheap.</param>
    /// <param name="options">Limits, addresses and the WSDL.</param>
    /// <exception cref="InvalidOperationException">The interface and the WSDL contradict one another.</exception>
    public static IEndpointConventionBuilder MapSoapService<TContract>(
        this IEndpointRouteBuilder endpoints, string path, Func<HttpContext, TContract> implementation, SoapServiceOptions options)
        where TContract : class
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RequestBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DepthMax, 4);
        var logger = endpoints.ServiceProvider.GetService<ILoggerFactory>()?.CreateLogger("Dams.Soap") ?? NullLogger.Instance;
        var endpoint = new SoapEndpoint(SoapContract.Of(typeof(TContract), options.Wsdl), implementation, options, logger);
        return endpoints.Map(path, endpoint.HandleAsync);
    }
}
