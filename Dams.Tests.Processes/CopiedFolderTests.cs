using Dams.Cli.Cluster;
using Dams.Hosting.Topology;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>A data folder is copied while its cluster runs. From then on there are two clusters, which never touch each other.</summary>
[Category("Processes")]
[Parallelizable]
internal sealed class CopiedFolderTests
{
    private const int PortsOfCopy = 9080;

    [Test]
    public async Task A_copy_runs_beside_the_original_and_its_fresh_start_leaves_the_original_alone()
    {
        await using var original = await TestCluster.UpAsync();
        var (home, address) = (original.Topology.DataFolder, original.Topology.Control.Address);
        async Task<string> AnswerAsync(ClusterTopology of, params string[] call)
        {
            var run = await CliRun.OfAsync([.. call, "--url", of.FrontEnds[0].Listen.ToHttpUri().ToString()]);
            return run.ExitCode == 0 ? run.Output : throw new InvalidOperationException($"{string.Join(' ', call)}: {run.Errors}");
        }

        await AnswerAsync(original.Topology, "add", "MTLE210426", "Physician", "2", "--as", "MTLA1234");
        await AnswerAsync(original.Topology, "book", "MTLP1234", "MTLE210426", "Physician");
        await original.IsWholeAsync();
        var processes = original.Running();
        var files = FilesOf(original.Topology);
        using var folder = new TestFolder();
        var copy = ClusterTopology.Default(PortsOfCopy, address, folder.File("copy"));
        TestFolder.Copy(home, copy.DataFolder);
        // The operator gives the copy other ports.
        await File.WriteAllTextAsync(folder.File("copy", "dams.json"), copy.Write(copy.DataFolder));

        using (var up = await UpAsync(copy))
        {
            Assert.That(up.Errors, Does.StartWith($"{copy.DataFolder} is a copy of {home}. From now on it is a cluster of its own.")
                .And.Not.Contain("an earlier run"));
            Assert.That(await AnswerAsync(copy, "schedule", "MTLP1234"), Does.Contain("MTLE210426"));
            Assert.That(await AnswerAsync(original.Topology, "schedule", "MTLP1234"), Does.Contain("MTLE210426"));
            await StopAsync(up);
        }

        // An earlier release left absolute paths in the copy, all of which lead into the original.
        File.Delete(folder.File("copy", "identity.json"));
        await File.WriteAllTextAsync(folder.File("copy", "dams.json"), ClusterTopology.Default(PortsOfCopy, address, home).Write());
        using (var up = await UpAsync(copy, "--fresh", "--yes"))
        {
            Assert.That(up.Errors, Does.StartWith($"{folder.File("copy", "dams.json")} names {home} as its data folder")
                .And.Contain($"{copy.DataFolder} is a copy of {home}.")
                .And.Contain($"The old data is in {folder.File("copy", "old-1")}.").And.Not.Contain("an earlier run"));
            Assert.That(await AnswerAsync(copy, "schedule", "MTLP1234"), Does.Contain("no bookings"));
            await StopAsync(up);
        }

        Assert.That(original.Running(), Is.EquivalentTo(processes), "no process of the original was ended or restarted");
        Assert.That(FilesOf(original.Topology), Is.EqualTo(files));
        Assert.That(await AnswerAsync(original.Topology, "schedule", "MTLP1234"), Does.Contain("MTLE210426"));
    }

    private static async Task<TestProcess> UpAsync(ClusterTopology copy, params string[] more)
    {
        var up = TestProcess.StartDams(
            ["up", "--data", copy.DataFolder, "--exit-with-parent", .. more]);
        await Eventually.IsTrueAsync(() => up.HasExited || up.OutputLines.Contains(ReadyLine.Of(copy)));
        return up.HasExited ? throw new InvalidOperationException($"dams up has ended: {up.Errors}") : up;
    }

    private static async Task StopAsync(TestProcess up)
    {
        up.Terminate();
        Assert.That(await up.ExitAsync(), Is.EqualTo(143));
    }

    private static IReadOnlyList<string> FilesOf(ClusterTopology topology) =>
    [
        .. topology.Nodes.SelectMany(node => Directory.EnumerateFiles(topology.FolderOf(node.Id), "*", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal).Select(path => $"{path}: {new FileInfo(path).Length}"),
    ];
}
