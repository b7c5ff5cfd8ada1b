using Dams.Contracts.Topology;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Web;

/// <summary>The HTTP server of a process: no configuration but the cluster's, the process's own log, and signals left to <see cref="NodeProgram"/>.</summary>
public static class NodeWeb
{
    /// <summary>A builder of a server.</summary>
    /// <param name="loggers">The process's log.</param>
    /// <param name="limits">The longest body is taken from here.</param>
    /// <param name="addresses">Where to listen.</param>
    public static WebApplicationBuilder CreateBuilder(ILoggerFactory loggers, ClusterLimits limits, params IReadOnlyList<NodeAddress> addresses)
    {
        // No content root of its own: the working folder's files are nobody's settings.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.RequestBytesMax;
            foreach (var address in addresses)
                kestrel.Listen(address.ToEndPoint());
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
