using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Soap;

/// <summary>
/// Maps a SOAP service to a path. This is the only seam between services and their host: besides it, only the options of this assembly are
/// public.
/// </summary>
public static class SoapServiceExtensions
{
    /// <summary>
    /// Hosts <typeparamref name="TContract"/>, an interface with <c>System.ServiceModel</c> attributes. SOAP 1.1 and 1.2, the WSDL and
    /// a help page share one path.
    /// </summary>
    /// <param name="endpoints">The application that serves the path.</param>
    /// <param name="path">A path such as <c>/AppointmentService</c>.</param>
    /// <param name="implementation">The service. Many threads call it at once.</param>
    /// <param name="options">Limits, addresses and the WSDL.</param>
    /// <exception cref="InvalidOperationException">The interface and the WSDL contradict each other.</exception>
    public static IEndpointConventionBuilder MapSoapService<TContract>(
        this IEndpointRouteBuilder endpoints, string path, TContract implementation, SoapServiceOptions options)
        where TContract : class => endpoints.MapSoapService(path, _ => implementation, options);

    /// <summary>
    /// As above, with an implementation for each call. Such an implementation can know the caller, and hear when the client disconnects.
    /// </summary>
    /// <param name="endpoints">The application that serves the path.</param>
    /// <param name="path">A path such as <c>/AppointmentService</c>.</param>
    /// <param name="implementation">Makes the implementation of a call; should be cheap.</param>
    /// <param name="options">Limits, addresses and the WSDL.</param>
    /// <exception cref="InvalidOperationException">The interface and the WSDL contradict each other.</exception>
    public static IEndpointConventionBuilder MapSoapService<TContract>(
        this IEndpointRouteBuilder endpoints, string path, Func<HttpContext, TContract> implementation, SoapServiceOptions options)
        where TContract : class
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RequestBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DepthMax, 4);
        var logger = endpoints.ServiceProvider.GetService<ILoggerFactory>()?.CreateLogger("Dams.Soap") ?? NullLogger.Instance;
        var address = new ServiceAddress(path, options);
        var endpoint = new SoapEndpoint(SoapContract.Of(typeof(TContract), options.Wsdl), implementation, address, options, logger);
        return endpoints.Map(path, endpoint.HandleAsync);
    }
}
