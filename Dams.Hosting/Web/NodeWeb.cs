using System.Globalization;
using Dams.Contracts.Topology;
using Dams.Hosting.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Web;

/// <summary>The HTTP server of a process: no configuration but the cluster's, the process's own log, and signals left to <see cref="NodeProgram"/>.</summary>
public static class NodeWeb
{
    /// <summary>What a connection may have sent beyond what was read of it. The longest line of a head must fit, which is 8 KiB.</summary>
    private const int RequestBufferBytes = 64 * 1024;

    private const string LogName = "Dams.Hosting.Web";

    /// <summary>
    /// Longer than clients keep an idle connection for their next request (a minute is usual), so that the server rarely closes one that is
    /// about to be used.
    /// </summary>
    public static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(2);

    /// <summary>The head of a request is one packet or two.</summary>
    public static readonly TimeSpan HeadPatience = TimeSpan.FromSeconds(10);

    /// <summary>A builder of a process's server, with as many connections as the process may have.</summary>
    /// <param name="loggers">The process's log.</param>
    /// <param name="limits">The longest body is taken from here.</param>
    /// <param name="addresses">Where to listen.</param>
    public static WebApplicationBuilder CreateBuilder(ILoggerFactory loggers, ClusterLimits limits, params IReadOnlyList<NodeAddress> addresses)
    {
        var descriptors = DescriptorLimit.Current;
        var connectionsMax = ConnectionBound.Under(descriptors);
        HostingLog.ConnectionsBounded(loggers.CreateLogger(LogName), connectionsMax,
            descriptors?.ToString(CultureInfo.InvariantCulture) ?? "any number of");
        return CreateBuilder(loggers, limits, connectionsMax, addresses);
    }

    /// <summary>
    /// A builder of a second server in a process, which takes its connections from the reserve (<see cref="DescriptorLimit.Reserve"/>).
    /// </summary>
    /// <param name="loggers">The process's log.</param>
    /// <param name="limits">The longest body is taken from here.</param>
    /// <param name="connectionsMax">A few.</param>
    /// <param name="addresses">Where to listen.</param>
    public static WebApplicationBuilder CreateBuilder(
        ILoggerFactory loggers, ClusterLimits limits, int connectionsMax, params IReadOnlyList<NodeAddress> addresses)
    {
        var bound = new ConnectionBound(connectionsMax, TimeProvider.System, loggers.CreateLogger(LogName));
        // No content root of its own: the working folder's files are nobody's settings.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.Services.AddSingleton<IStartupFilter>(bound);
        var places = new SemaphoreSlim(connectionsMax + ConnectionBound.ClosingMax);
        builder.Services.AddSingleton<IConnectionListenerFactory>(
            services => new BoundedListening(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), places));
        builder.Services.AddSingleton<IStartupFilter>(new BodyBound());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.RequestBytesMax;
            kestrel.Limits.MaxRequestBufferSize = RequestBufferBytes;
            kestrel.Limits.KeepAliveTimeout = IdlePatience;
            kestrel.Limits.RequestHeadersTimeout = HeadPatience;
            foreach (var address in addresses)
                kestrel.Listen(address.ToEndPoint(), listen => listen.Use(serve => context => bound.OnConnectionAsync(context, serve)));
        });
        return builder;
    }

    /// <summary>Serves until told to stop; requests under way may end within the host's time-out.</summary>
    public static async Task RunAsync(WebApplication web, CancellationToken stopping)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await web.StartAsync(stopping).ConfigureAwait(false);
        await using var registration = stopping.Register(() => stopped.TrySetResult()).ConfigureAwait(false);
        await stopped.Task.ConfigureAwait(false);
        await web.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
