using System.Globalization;
using Dams.Hosting.Processes;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Web;

/// <summary>
/// The HTTP server of a process. It uses the cluster's configuration only, writes to the process's own log, and leaves signals to
/// <see cref="NodeProgram"/>.
/// </summary>
public static class NodeWeb
{
    /// <summary>The most bytes of a connection that are received but not read. The longest line of a head, 8 KiB, must fit.</summary>
    private const int RequestBufferBytes = 64 * 1024;

    private const string LogName = "Dams.Hosting.Web";

    /// <summary>
    /// The time after which an idle connection is closed. It is longer than clients usually keep one for their next request, which is a
    /// minute. So the server rarely closes one that is about to be used.
    /// </summary>
    public static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(2);

    /// <summary>The time in which the head of a request must come: it is one packet or two.</summary>
    public static readonly TimeSpan HeadPatience = TimeSpan.FromSeconds(10);

    /// <summary>Makes a builder of a process's server, with as many connections as the process may have.</summary>
    /// <param name="loggers">The process's log.</param>
    /// <param name="limits">The cluster's limits, which include the longest body.</param>
    /// <param name="addresses">The addresses to listen at.</param>
    public static WebApplicationBuilder CreateBuilder(
        ILoggerFactory loggers, ClusterLimits limits, params IReadOnlyList<NodeAddress> addresses)
    {
        var descriptors = DescriptorLimit.Current;
        var connectionsMax = ConnectionBound.Under(descriptors);
        HostingLog.ConnectionsBounded(loggers.CreateLogger(LogName), connectionsMax,
            descriptors?.ToString(CultureInfo.InvariantCulture) ?? "any number of");
        return CreateBuilder(loggers, limits, connectionsMax, addresses);
    }

    /// <summary>
    /// Makes a builder of a second server in a process. Its connections come from the reserve (<see cref="DescriptorLimit.Reserve"/>).
    /// </summary>
    /// <param name="loggers">The process's log.</param>
    /// <param name="limits">The cluster's limits, which include the longest body.</param>
    /// <param name="connectionsMax">The most connections; only a few, because they come from the reserve.</param>
    /// <param name="addresses">The addresses to listen at.</param>
    public static WebApplicationBuilder CreateBuilder(
        ILoggerFactory loggers, ClusterLimits limits, int connectionsMax, params IReadOnlyList<NodeAddress> addresses)
    {
        var bound = new ConnectionBound(connectionsMax, TimeProvider.System, loggers.CreateLogger(LogName));
        // The content root is not the working folder: files there must not act as settings.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.Services.AddSingleton<IStartupFilter>(new PlainAddresses());
        builder.Services.AddSingleton<IStartupFilter>(bound);
        var places = new SemaphoreSlim(connectionsMax + ConnectionBound.ClosingMax);
        builder.Services.AddSingleton<IConnectionListenerFactory>(
            services => new BoundedListening(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), places));
        builder.Services.AddSingleton<IStartupFilter>(new BodyBound());
        builder.Services.AddSingleton<IStartupFilter>(new ClientFailures(loggers.CreateLogger(LogName)));
        builder.Services.AddSingleton(services => new HostCheck(
            services.GetService<HostNames>() ?? new HostNames([]), services.GetService<TrustedNetworks>()?.Networks ?? []));
        builder.Services.AddSingleton<IStartupFilter>(services => services.GetRequiredService<HostCheck>());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The host of an absolute target counts, whatever the Host header says (RFC 9112, section 3.2.2).
            kestrel.AllowHostHeaderOverride = true;
            // The server counts the framing of chunks too. The SOAP endpoints raise this, and count the bytes of the body.
            kestrel.Limits.MaxRequestBodySize = limits.RequestBytesMax;
            kestrel.Limits.MaxRequestBufferSize = RequestBufferBytes;
            kestrel.Limits.KeepAliveTimeout = IdlePatience;
            kestrel.Limits.RequestHeadersTimeout = HeadPatience;
            var tls = kestrel.ApplicationServices.GetService<ServerTls>();
            foreach (var address in addresses)
                kestrel.Listen(address.ToEndPoint(), listen => Configure(listen, bound, tls));
        });
        return builder;
    }

    // The bound comes first: it counts connections whose handshake is not over, and closes them at the limit.
    private static void Configure(ListenOptions listen, ConnectionBound bound, ServerTls? tls)
    {
        listen.Use(serve => context => bound.OnConnectionAsync(context, serve, isReady: tls is null));
        if (tls is null)
            return;
        tls.Apply(listen);
        listen.Use(serve => context =>
        {
            bound.OnReady(context);
            return serve(context);
        });
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
