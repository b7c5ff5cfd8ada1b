using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.Soap;

/// <summary>The default host: it calls the implementation directly, and needs nothing besides.</summary>
internal abstract class DirectHost : ISoapHost
{
    public static string Name => "Dams.Soap";

    public static void AddServices(IServiceCollection services)
    {
    }

    public static ISoapDispatcher CreateDispatcher<TContract>(IEndpointRouteBuilder endpoints, string path, SoapService service)
        where TContract : class => new DirectDispatcher(service);
}
