using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Hosting;

/// <summary>The addresses to which a process sends datagrams, with names that a test answers.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HostLookupTests
{
    private const string Name = "she.example";

    private readonly ConcurrentDictionary<string, Func<Task<IPAddress[]>>> _answers = new();
    private readonly FakeLogger _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<AddressBook> _books = new();
    private volatile bool _isBusy;
    private int _asked;
    private volatile object? _heard;

    private static ClusterTopology Topology(string mtl) => TopologyReader.Read($$"""
        {
          "hosts": { "mtl": {{mtl}}, "que": { "address": "10.20.2.10", "listen": "0.0.0.0" }, "she": "{{Name}}" },
          "frontEnds": [{ "host": "mtl" }], "sequencers": [{ "host": "que" }], "replicas": [{ "host": "mtl" }, { "host": "she" }]
        }
        """, "/srv").Topology!;

    private HostLookup Lookup(string id, string mtl = "\"10.20.1.10\"")
    {
        var topology = Topology(mtl);
        return new HostLookup(topology, topology.Nodes.First(node => node.Id.ToString() == id), ResolveAsync, _log);
    }

    private Task<IPAddress[]> ResolveAsync(string name, CancellationToken stop)
    {
        Interlocked.Increment(ref _asked);
        return (_answers.GetValueOrDefault(name) ?? Fails)();
    }

    private static Task<IPAddress[]> Fails() => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));

    private void Answer(params string[] addresses) =>
        _answers[Name] = () => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private Instant Now() => new(_time.GetUtcNow().Ticks, 0);

    private async Task RunAsync(HostLookup lookup, Func<Task> test)
    {
        using var stop = new CancellationTokenSource();
        var running = lookup.RunAsync(_time, Now, node => node == NodeId.Replica(2) ? _heard as Instant? : null, Use, stop.Token);
        await test();
        await stop.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => running);
    }

    private bool Use(AddressBook book)
    {
        if (_isBusy)
            return false;
        _books.Enqueue(book);
        return true;
    }

    private async Task PassAsync(int seconds, Func<bool> until)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Eventually.IsTrueAsync(() =>
        {
            if (until())
                return true;
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return false;
        });
    }

    private static string Text(AddressBook book) =>
        string.Join(' ', book.Nodes.OrderBy(node => node.Key).Select(node => $"{node.Key}={node.Value}"));

    [Test]
    public void Processes_of_the_same_host_are_reached_where_they_listen_and_a_name_has_no_address_at_first()
    {
        Assert.That(Text(Lookup("frontend1").Book()), Is.EqualTo(
            "frontend1=10.20.1.10:8080 sequencer1=10.20.2.10:8082 replica1=10.20.1.10:8091 manager1=10.20.1.10:8101"));
        Assert.That(Text(Lookup("sequencer1").Book()), Does.Contain("sequencer1=127.0.0.1:8082").And.Contain("replica1=10.20.1.10:8091"),
            "a process that listens at all addresses listens at that of loopback, too");
        Assert.That(Text(Lookup("replica2").Book()), Does.Contain("replica2=127.0.0.1:8092"), "no name server is asked for one's own host");
    }

    [Test]
    public Task A_name_that_has_no_address_yet_is_told_once_and_used_when_it_has_one() => RunAsync(Lookup("frontend1"), async () =>
    {
        await PassAsync(3, () => _asked >= 3);
        Assert.That(_log.Lines, Has.Count.EqualTo(1));
        Assert.That(_log.Lines[0], Does.StartWith("Warning she.example can't be looked up: ")
            .And.Contain("replica2, manager2 have no address, so nothing is sent to them"));
        _isBusy = true;
        Answer("10.20.3.10");
        await PassAsync(5, () => _log.Lines.Count > 1);
        Assert.That(_log.Lines[1], Is.EqualTo("Information she.example has the address 10.20.3.10"));
        Assert.That(_books, Is.Empty, "the loop is busy");
        _isBusy = false;
        await PassAsync(1, () => !_books.IsEmpty);
        Assert.That(Text(_books.Single()), Does.Contain("replica2=10.20.3.10:8092").And.Contain("manager2=10.20.3.10:8102"));
    });

    [Test]
    public Task A_host_that_moves_is_found_when_it_has_been_silent_and_not_before()
    {
        Answer("10.20.3.10");
        return RunAsync(Lookup("frontend1"), async () =>
        {
            await PassAsync(0, () => _books.Count == 1);
            Answer("10.20.3.11");
            for (var i = 0; i < 60; i++)
            {
                _heard = Now();
                await PassAsync(1, () => true);
            }

            Assert.That((_asked, _books.Count), Is.EqualTo((1, 1)), "somebody there is heard");
            await PassAsync(31, () => _books.Count == 2);
            Assert.That(Text(_books.Last()), Does.Contain("replica2=10.20.3.11:8092"));
            Assert.That(_log.Lines[^1], Is.EqualTo("Information she.example has the address 10.20.3.11, and no longer 10.20.3.10"));
            _answers[Name] = Fails;
            await PassAsync(31, () => _log.Lines.Count == 3);
            Assert.That(_log.Lines[^1], Does.Contain("the address 10.20.3.11 as before"));
            Assert.That(_books, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public Task A_name_server_that_hangs_is_asked_once_at_a_time() => RunAsync(Lookup("frontend1"), async () =>
    {
        var late = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers[Name] = () => late.Task;
        await PassAsync(1, () => _asked == 2);
        await PassAsync(100, () => true);
        Assert.That(_asked, Is.EqualTo(2));
        late.SetResult([IPAddress.Parse("10.20.3.10")]);
        await PassAsync(0, () => _books.Count == 1);
    });

    [TestCase("10.20.1.10", "10.20.3.10")]
    [TestCase("0.0.0.0", "10.20.3.10")]
    [TestCase("fd00::1", "fd00::3")]
    [TestCase("::", "fd00::3", Description = "both families, in the resolver's order")]
    public Task Only_addresses_are_used_to_which_the_socket_can_send(string listen, string expected)
    {
        Answer("127.0.1.1", "::1", "fd00::3", "::ffff:10.20.3.10", "10.20.3.10");
        var topology = Topology("\"mtl.example\"");
        var self = topology.FrontEnds[0] with { Listen = new NodeAddress(IPAddress.Parse(listen), 8080) };
        return RunAsync(new HostLookup(topology, self, ResolveAsync, _log), async () =>
        {
            await PassAsync(0, () => !_books.IsEmpty);
            Assert.That(_books.First().Nodes[NodeId.Replica(2)].Address.ToString(), Is.EqualTo(expected));
        });
    }

    [Test]
    public Task A_name_that_is_only_this_machines_own_is_told()
    {
        Answer("127.0.1.1");
        return RunAsync(Lookup("frontend1"), async () =>
        {
            await PassAsync(0, () => _log.Lines.Count == 1);
            Assert.That(_log.Lines[0], Does.Contain("it has 127.0.1.1, where a process that listens at 10.20.1.10 can't send to"));
            Assert.That(_books, Is.Empty);
        });
    }
}
