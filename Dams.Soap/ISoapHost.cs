using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.Soap;

/// <summary>
/// A host does a service's calls behind the endpoint. The build picks one: the project file gives it the name <c>SoapHost</c>.
/// </summary>
internal interface ISoapHost
{
    /// <summary>The host's name and version, for people.</summary>
    static abstract string Name { get; }

    /// <summary>Registers what the host needs. The HTTP server is registered already.</summary>
    static abstract void AddServices(IServiceCollection services);

    /// <summary>Makes the dispatcher of a service. Called before the application starts.</summary>
    /// <param name="endpoints">The application that serves the service's path.</param>
    /// <param name="path">The path, which is the service's own.</param>
    /// <param name="service">The contract, its implementation and its options.</param>
    /// <typeparam name="TContract">The interface with the attributes.</typeparam>
    static abstract ISoapDispatcher CreateDispatcher<TContract>(IEndpointRouteBuilder endpoints, string path, SoapService service)
        where TContract : class;
}
