using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
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
    /// <summary>The name of the host that the build has chosen, for people; with its version if it is a product of others.</summary>
    public static string SoapHostName => SoapHost.Name;

    /// <summary>
    /// Registers the host of SOAP services. Called once, after the HTTP server is registered; without it no service can be mapped.
    /// </summary>
    /// <param name="builder">The builder of the application that serves the services.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">No HTTP server is registered yet.</exception>
    public static WebApplicationBuilder AddSoapHost(this WebApplicationBuilder builder)
    {
        if (builder.Services.All(service => service.ServiceType != typeof(IServer)))
            throw new InvalidOperationException("the HTTP server must be registered before the SOAP host");
        builder.Services.AddSingleton<Added>();
        SoapHost.AddServices(builder.Services);
        return builder;
    }

    /// <summary>
    /// Hosts <typeparamref name="TContract"/>, an interface with <c>System.ServiceModel</c> attributes. SOAP 1.1 and 1.2, the WSDL and
    /// a help page share one path.
    /// </summary>
    /// <param name="endpoints">The application that serves the path.</param>
    /// <param name="path">A path such as <c>/AppointmentService</c>.</param>
    /// <param name="implementation">The service. Many threads call it at once.</param>
    /// <param name="options">Limits, addresses and the WSDL.</param>
    /// <exception cref="InvalidOperationException">
    /// The interface and the WSDL contradict each other, or <see cref="AddSoapHost"/> was not called.
    /// </exception>
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
    /// <exception cref="InvalidOperationException">
    /// The interface and the WSDL contradict each other, or <see cref="AddSoapHost"/> was not called.
    /// </exception>
    public static IEndpointConventionBuilder MapSoapService<TContract>(
        this IEndpointRouteBuilder endpoints, string path, Func<HttpContext, TContract> implementation, SoapServiceOptions options)
        where TContract : class
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RequestBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DepthMax, 4);
        var logger = endpoints.ServiceProvider.GetService<ILoggerFactory>()?.CreateLogger("Dams.Soap") ?? NullLogger.Instance;
        if (endpoints.ServiceProvider.GetService<Added>() is null)
            throw new InvalidOperationException($"no SOAP host is registered; call {nameof(AddSoapHost)} on the application's builder");
        var contract = SoapContract.Of(typeof(TContract), options.Wsdl);
        if (options.IsForgiving
            && contract.Operations.SelectMany(operation => operation.Parameters).FirstOrDefault(it => it.IsEnumeration) is { } enumeration)
        {
            throw new InvalidOperationException(
                $"{path} is forgiving, but its parameter '{enumeration.Name}' is an enumeration: an absent one would get the first value");
        }

        var service = new SoapService(contract, implementation, options, logger);
        var dispatcher = SoapHost.CreateDispatcher<TContract>(endpoints, path, service);
        var endpoint = new SoapEndpoint(
            contract, options, new ServiceAddress(path, options), new SoapAnswers(service), dispatcher, logger);
        return endpoints.Map(path, endpoint.HandleAsync);
    }

    // Shows that the host is registered, whichever host it is.
    private sealed class Added;
}
