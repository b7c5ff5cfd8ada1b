using System.Net;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Runs the ordering layer in a process of the cluster. It owns the process's socket, the keys, whose file it follows, and the loop that
/// runs the cores.
/// </summary>
public sealed class NodeDriver : IAsyncDisposable
{
    private readonly UdpTransport _transport;
    private readonly KeyWatch _keys;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private readonly Task _telling;
    private readonly Task _looking;

    private NodeDriver(string folder, UdpTransport transport, ProtocolDriver driver, KeyWatch keys, RefusedDatagrams refused,
        HostLookup? lookup, ClockSource clock)
    {
        _transport = transport;
        _keys = keys;
        Driver = driver;
        _watching = keys.RunAsync(TimeProvider.System, folder, _end.Token);
        _telling = refused.RunAsync(TimeProvider.System, _end.Token);
        _looking = lookup is null ? Task.CompletedTask : driver.RunBesideAsync(
            () => lookup.RunAsync(TimeProvider.System, () => clock.Now, driver.LastHeard, driver.UsePeers, _end.Token), _end.Token);
    }

    /// <summary>The loop. The caller of <see cref="Open"/> starts it.</summary>
    public ProtocolDriver Driver { get; }

    /// <summary>The keys that the loop was last given.</summary>
    internal KeyRing Keys => _keys.Current;

    /// <summary>Binds the process's port and makes the loop.</summary>
    /// <param name="context">The configuration, keys and loggers of the process.</param>
    /// <param name="boot">The present boot of the process.</param>
    /// <param name="cores">The cores that the loop runs: one for each group that the process takes part in.</param>
    /// <param name="clock">The source of the loop's time.</param>
    /// <exception cref="EndpointUnavailableException">The port can't be bound.</exception>
    public static NodeDriver Open(NodeContext context, BootId boot, IReadOnlyList<DrivenCore> cores, ClockSource clock)
    {
        var lookup = new HostLookup(
            context.Topology, context.Node, Dns.GetHostAddressesAsync, context.Loggers.CreateLogger<HostLookup>());
        var transport = new UdpTransport(
            context.Node.Listen.ToEndPoint(), context.Lab ? LabPorts.AddressesOf(context.Topology) : lookup.Book());
        var options = new DriverOptions
        {
            Self = context.Id,
            Boot = boot,
            Cluster = context.Topology.Cluster,
            DatagramBytesMax = context.Topology.IsBeyondLoopback
                ? DatagramHeader.DatagramBytesMax
                : DatagramHeader.LoopbackDatagramBytesMax,
        };
        var driver = new ProtocolDriver(options, transport, context.Keys, cores, clock, context.Loggers.CreateLogger<ProtocolDriver>());
        var keys = new KeyWatch(
            context.Topology.KeyFile, context.Keys, driver.UseKeys, context.Loggers.CreateLogger<KeyWatch>(), context.Instance);
        return new NodeDriver(context.Topology.DataFolder, transport, driver, keys,
            new RefusedDatagrams(driver.Counters, context.Loggers.CreateLogger<RefusedDatagrams>()), context.Lab ? null : lookup, clock);
    }

    /// <summary>Waits until the process is asked to stop, or the loop fails.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunUntilAsync(CancellationToken stopping)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(() => told.TrySetResult()).ConfigureAwait(false);
        var first = await Task.WhenAny(told.Task, Driver.Completion, _watching).ConfigureAwait(false);
        if (first == told.Task)
            return ExitCodes.Stopped;
        await first.ConfigureAwait(false);
        return ExitCodes.Internal;
    }

    /// <summary>Stops the loop and closes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Driver.DisposeAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        _end.Dispose();
        _transport.Dispose();
    }
}
