using System.Runtime.Versioning;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Programs;

/// <summary>The frame of a process, seen from outside: a real sequencer process.</summary>
[UnsupportedOSPlatform("windows")]
[Parallelizable]
public sealed class NodeProgramTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string Config(string? text = null)
    {
        var path = _folder.File("dams.json");
        File.WriteAllText(path, text ?? ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path).Write());
        return path;
    }

    private Task RunsAsync(string id) => Eventually.IsTrueAsync(
        () => File.Exists(_folder.File("logs", id + ".log")) && PidFile.FindRunning(_folder.File(id), id) is not null);

    [TestCase("is required", new string[0])]
    [TestCase("expected sequencer1 to", new[] { "--id", "replica1" })]
    [TestCase("--frobnicate", new[] { "--id", "sequencer1", "--frobnicate" })]
    public async Task A_wrong_command_line_exits_with_2(string problem, string[] arguments)
    {
        using var process = TestProcess.Start(NodeRole.Sequencer, arguments);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.Contain(problem));
        Assert.That(process.Output, Is.Empty);
    }

    [Test]
    public async Task A_wrong_configuration_exits_with_2_and_lists_every_problem()
    {
        using var process = TestProcess.Start(
            NodeRole.Sequencer, "--id", "sequencer1", "--config", Config("""{"colour": 1, "strict": 2}"""));
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.Contain("$.colour: is not known").And.Contain("$.strict: is 2"));
    }

    [Test]
    public async Task An_id_that_the_configuration_does_not_have_exits_with_2()
    {
        using var process = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer7", "--config", Config());
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.Contain("sequencer7").And.Contain("sequencer2"));
    }

    [Test]
    public async Task A_terminated_process_stops_in_order()
    {
        using var process = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", Config());
        await RunsAsync("sequencer1");
        await Eventually.IsTrueAsync(() => process.Errors.Contains("is process", StringComparison.Ordinal));
        process.Terminate();
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Stopped), process.Errors);
        Assert.That(
            File.ReadAllText(_folder.File("logs", "sequencer1.log")), Does.Contain("SIGTERM").And.Contain("Stopped, with exit code 0"));
        Assert.That(File.Exists(_folder.File("sequencer1", "sequencer1.pid")), Is.False);
        Assert.That(process.Output, Is.Empty, "standard output belongs to the process that started it");
    }

    [Test]
    public async Task A_process_whose_parent_is_gone_stops()
    {
        using var process = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", Config(), "--exit-with-parent");
        await RunsAsync("sequencer1");
        process.Input.Close();
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Stopped));
    }

    [Test]
    public async Task A_second_process_with_the_same_id_is_refused()
    {
        var config = Config();
        using var first = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", config);
        await RunsAsync("sequencer1");
        using var second = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", config);
        Assert.That(await second.ExitAsync(), Is.EqualTo(ExitCodes.AlreadyRunning));
        Assert.That(second.Errors, Does.Contain($"as process {first.Id}"));
    }

    [Test]
    public async Task A_key_file_that_others_can_read_exits_with_2()
    {
        var config = Config();
        KeyFile.LoadOrCreate(_folder.File("cluster.key"));
        File.SetUnixFileMode(_folder.File("cluster.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        using var process = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", config);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.Contain("chmod 600"));
    }

    [Test]
    public async Task A_wrong_key_file_exits_with_2()
    {
        var config = Config();
        KeyFile.LoadOrCreate(_folder.File("cluster.key"));
        File.WriteAllText(_folder.File("cluster.key"), "# nothing");
        using var process = TestProcess.Start(NodeRole.Sequencer, "--id", "sequencer1", "--config", config);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.Contain("no key is marked current").And.Contain("cluster.key"));
    }
}
