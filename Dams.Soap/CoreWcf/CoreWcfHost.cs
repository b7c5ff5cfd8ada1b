using System.Reflection;
using CoreWCF;
using CoreWCF.Configuration;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Dams.Soap.CoreWcf;

/// <summary>The host that leaves the calls to CoreWCF. docs/COREWCF.md says how to build with it.</summary>
internal abstract class CoreWcfHost : ISoapHost
{
    public static string Name { get; } = $"CoreWCF {VersionOf(typeof(ServiceHostBase).Assembly)}";

    public static void AddServices(IServiceCollection services)
    {
        services.AddServiceModelServices();
        services.AddSingleton<CoreWcfPipeline>();

        // CoreWCF brings data protection for tokens, which this service doesn't have. Its hosted service would write keys into the
        // user's home folder.
        foreach (var service in services.Where(IsDataProtectionStart).ToList())
            services.Remove(service);
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, EphemeralDataProtectionProvider>());
    }

    public static ISoapDispatcher CreateDispatcher<TContract>(IEndpointRouteBuilder endpoints, string path, SoapService service)
        where TContract : class => endpoints.ServiceProvider.GetRequiredService<CoreWcfPipeline>().Add<TContract>(endpoints, path, service);

    private static bool IsDataProtectionStart(ServiceDescriptor service) => service.ServiceType == typeof(IHostedService)
        && !service.IsKeyedService
        && service.ImplementationType?.Assembly == typeof(EphemeralDataProtectionProvider).Assembly;

    // A build adds the commit after a plus sign.
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
