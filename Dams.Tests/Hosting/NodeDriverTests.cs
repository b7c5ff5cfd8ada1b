using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Tests.Cli;
using Dams.Tests.Ordering.Driver;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Hosting;

public sealed class NodeDriverTests
{
    [Test]
    public async Task Changing_the_keys_of_two_running_processes_with_the_tool_loses_no_message()
    {
        using var folder = new TestFolder();
        var log = new FakeLogger();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        var (one, two) = (topology.Sequencers[0].Id, topology.Sequencers[1].Id);
        await using var first = Open(topology, one, two, begins: true, log.ToFactory(), out var ours);
        await using var second = Open(topology, two, one, begins: false, log.ToFactory(), out var theirs);
        second.Driver.Start();
        first.Driver.Start();
        foreach (var step in new[] { "key add", "key promote 2", "key drop 1" })
        {
            var run = await CliRun.OfAsync([.. step.Split(' '), "--data", folder.Path]);
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            var written = KeyFile.Load(topology.KeyFile);
            await Eventually.IsTrueAsync(() => first.Keys.HasSameKeysAs(written) && second.Keys.HasSameKeysAs(written));
            await PassOnAsync();
        }

        // An unusable key file changes nothing.
        var last = first.Keys;
        await File.WriteAllTextAsync(topology.KeyFile, "nonsense");
        await Eventually.IsTrueAsync(
            () => log.Lines.Count(line => line.Contains("those in use are kept (2 (2 is current))", StringComparison.Ordinal)) == 2);
        await PassOnAsync();
        Assert.That(first.Keys, Is.SameAs(last));
        Assert.That(last.Ids, Is.EqualTo(new byte[] { 2 }));
        Assert.That(first.Driver.Counters.Dropped + second.Driver.Counters.Dropped, Is.Zero);

        async Task PassOnAsync()
        {
            var (a, b) = (ours.Slowest + 5, theirs.Slowest + 5);
            await Eventually.IsTrueAsync(() => ours.Slowest >= a && theirs.Slowest >= b);
        }
    }

    private static NodeDriver Open(
        ClusterTopology topology, NodeId id, NodeId peer, bool begins, ILoggerFactory log,
        out Relay relay)
    {
        var arguments = NodeArguments.Parse(["--id", id.ToString()], id.Role, [], out _)!;
        var context = new NodeContext(topology, arguments, log, KeyFile.LoadOrCreate(topology.KeyFile),
            OrderToken.LoadOrCreate(topology.DataFolder));
        var outbox = new Outbox();
        relay = new Relay(peer, outbox, begins, TimeSpan.FromMilliseconds(5));
        return NodeDriver.Open(context, DriverOptions.NewBoot(), [new DrivenCore(GroupId.Replicas, relay, outbox)], ClockSource.System);
    }
}
