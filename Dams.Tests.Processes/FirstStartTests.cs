using Dams.Cli.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>A first start needs all replicas and a sequencer. Until then the front end's status names the missing ones.</summary>
[Category("Processes")]
[Parallelizable]
internal sealed class FirstStartTests
{
    [Test]
    public async Task The_status_names_the_processes_that_the_first_start_waits_for()
    {
        using var folder = new TestFolder();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        File.WriteAllText(folder.File("dams.json"), topology.Write());
        using var reader = new StatusReader(topology.FrontEnds[0].Listen.ToHttpUri());
        TestProcess Start(NodeRole role, byte number) =>
            TestProcess.Start(role, "--id", new NodeId(role, number).ToString(), "--config", folder.File("dams.json"));
        Task WaitsForAsync(params string[] names) => Eventually.IsTrueAsync(
            () => reader.ReadAsync(CancellationToken.None).GetAwaiter().GetResult().Status is { } status
                && (status.WaitingFor ?? []).SequenceEqual(names),
            $"the status says that it waits for: {string.Join(", ", names)}");

        using var frontEnd = Start(NodeRole.FrontEnd, 1);
        await WaitsForAsync("replica1", "replica2", "replica3", "replica4", "sequencer1", "sequencer2");
        using var sequencer = Start(NodeRole.Sequencer, 2);
        await WaitsForAsync("replica1", "replica2", "replica3", "replica4");
        using var first = Start(NodeRole.Replica, 1);
        using var third = Start(NodeRole.Replica, 3);
        await WaitsForAsync("replica2", "replica4");
        var run = await CliRun.OfAsync("status", "--url", topology.FrontEnds[0].Listen.ToHttpUri().ToString());
        Assert.That(run.Output, Does.Contain("no sequencer is heard; waiting for replica2, replica4 (a first start needs all replicas)"));
        using var second = Start(NodeRole.Replica, 2);
        using var fourth = Start(NodeRole.Replica, 4);
        await WaitsForAsync();
    }
}
