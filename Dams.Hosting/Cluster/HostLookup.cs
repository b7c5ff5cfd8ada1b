using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>
/// The addresses to which a process sends datagrams. It looks up the names of hosts beside the loop, each in a task of its own, so that a
/// name server that does not answer holds up nothing. Processes of the same host are reached where they listen, without a name server.
/// </summary>
/// <remarks>Thread: any.</remarks>
internal sealed class HostLookup
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly ClusterTopology _topology;
    private readonly ClusterNode _self;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly ILogger _logger;
    private readonly Dictionary<string, IPAddress> _found = new(StringComparer.Ordinal);
    private bool _isNew;

    /// <summary>Makes the addresses of a cluster, as a process of it sees them.</summary>
    /// <param name="topology">The cluster.</param>
    /// <param name="self">The process. It can send only to addresses that fit the one where it listens.</param>
    /// <param name="resolve">Looks up a name. Throws a <see cref="SocketException"/> if that fails.</param>
    /// <param name="logger">Receives what is found, and what is not.</param>
    public HostLookup(ClusterTopology topology, ClusterNode self, Func<string, CancellationToken, Task<IPAddress[]>> resolve,
        ILogger logger) => (_topology, _self, _resolve, _logger) = (topology, self, resolve, logger);

    /// <summary>The addresses that are known now. A process whose host's name has no address yet is missing.</summary>
    public AddressBook Book()
    {
        lock (_found)
        {
            return new AddressBook(
            [
                .. _topology.Nodes.Select(node => (node.Id, Address: AddressOf(node), node.Address.Port))
                    .Where(node => node.Address is not null)
                    .Select(node => KeyValuePair.Create(node.Id, new IPEndPoint(node.Address!, node.Port))),
            ]);
        }
    }

    /// <summary>Looks up the names until it is asked to stop.</summary>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="now">The present moment, by the clock of <paramref name="heard"/>.</param>
    /// <param name="heard">The moment at which a process was last heard; null if never.</param>
    /// <param name="use">Sends to other addresses from now on. It returns false if that is impossible now.</param>
    /// <param name="stopping">Ends the work.</param>
    public Task RunAsync(
        TimeProvider time, Func<Instant> now, Func<NodeId, Instant?> heard, Func<AddressBook, bool> use, CancellationToken stopping)
    {
        var names = _topology.Nodes.Where(node => !IsHere(node) && node.Address.Host.Ip is null).ToLookup(node => node.Address.Host.Text);
        return Task.WhenAll(names.Select(name => FollowAsync(name.Key, [.. name.Select(node => node.Id)])));

        async Task FollowAsync(string name, IReadOnlyList<NodeId> nodes)
        {
            var schedule = new NameSchedule();
            string? told = null;
            using var timer = new PeriodicTimer(s_look, time);
            do
            {
                if (!schedule.IsDue(now(), nodes.Max(heard)))
                {
                    TakeIntoUse(use);
                    continue;
                }

                var (found, problem) = await LookUpAsync(name, stopping).ConfigureAwait(false);
                var before = schedule.Address;
                if (schedule.OnAnswer([.. found.Select(address => address.ToString())], now()))
                {
                    HostLookupLog.Found(_logger, name, schedule.Address!, before is null ? "" : $", and no longer {before}");
                    Set(name, IPAddress.Parse(schedule.Address!));
                }
                else if (problem is not null && problem != told)
                    HostLookupLog.NotFound(_logger, name, problem, string.Join(", ", nodes),
                        before is null ? "no address, so nothing is sent to them" : $"the address {before} as before");
                told = problem;
                TakeIntoUse(use);
            }
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
        }
    }

    private async Task<(IReadOnlyList<IPAddress> Found, string? Problem)> LookUpAsync(string name, CancellationToken stopping)
    {
        try
        {
            var found = await _resolve(name, stopping).ConfigureAwait(false);
            IReadOnlyList<IPAddress> usable = [.. found.Select(Plain).Distinct().Where(CanSendTo)];
            return usable.Count > 0
                ? (usable, null)
                : ([], found.Length == 0 ? "it has no address"
                    : $"it has {string.Join(", ", found.Select(Plain))}, where a process that listens at {_self.Listen.Address} can't send to");
        }
        catch (SocketException failed)
        {
            return ([], failed.Message);
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // The system's table of hosts may call this machine by another one's name, and then it is a loopback address.
    private bool CanSendTo(IPAddress address)
    {
        var listen = _self.Listen.ToEndPoint().Address;
        return IPAddress.IsLoopback(address) == IPAddress.IsLoopback(listen)
            && (listen.Equals(IPAddress.IPv6Any) || listen.AddressFamily == address.AddressFamily);
    }

    private bool IsHere(ClusterNode node) => node.Host == _self.Host;

    private IPAddress? AddressOf(ClusterNode node)
    {
        if (!IsHere(node))
            return node.Address.Host.Ip ?? _found.GetValueOrDefault(node.Address.Host.Text);
        return node.Listen.Address.Equals(IPAddress.Any) || node.Listen.Address.Equals(IPAddress.IPv6Any)
            ? IPAddress.Loopback
            : node.Listen.Address;
    }

    private void Set(string name, IPAddress address)
    {
        lock (_found)
        {
            _found[name] = address;
            _isNew = true;
        }
    }

    private void TakeIntoUse(Func<AddressBook, bool> use)
    {
        lock (_found)
        {
            if (_isNew)
                _isNew = !use(Book());
        }
    }
}
