using System.Net.Sockets;
using Dams.Hosting;
using Dams.Hosting.Folders;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>
/// A process that can't work reports every problem, and exits with a code. The code tells its parent whether a restart would help.
/// </summary>
[Category("Processes")]
[Parallelizable]
internal sealed class StartRefusalTests
{
    private static readonly string[] s_ids = ["frontend1", "sequencer2", "replica3", "manager4"];
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private string Config(string text)
    {
        File.WriteAllText(_folder.File("dams.json"), text);
        return _folder.File("dams.json");
    }

    private static TestProcess Start(string id, string config)
    {
        Assert.That(NodeId.TryParse(id, out var node), Is.True);
        return TestProcess.Start(node.Role, "--id", id, "--config", config);
    }

    [Test]
    public async Task A_process_with_a_broken_configuration_names_every_problem_and_exits_with_2([ValueSource(nameof(s_ids))] string id)
    {
        using var process = Start(id, Config(Broken));
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        AssertAllNamed(process.Errors);
    }

    [Test]
    public async Task The_tool_refuses_a_broken_configuration_and_starts_nothing()
    {
        using var up = TestProcess.StartDams("up", "--config", Config(Broken));
        Assert.That(await up.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        AssertAllNamed(up.Errors);
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.EqualTo(new[] { _folder.File("dams.json") }));
    }

    [TestCase("frontend1")]
    [TestCase("replica3")]
    public async Task A_process_without_room_for_lab_ports_names_every_problem_and_exits_with_2(string id)
    {
        var config = Config(ClusterTopology.Default(64_600, _folder.Address, _folder.Path).Write());
        Assert.That(NodeId.TryParse(id, out var node), Is.True);
        using var process = TestProcess.Start(node.Role, "--id", id, "--config", config, "--lab");
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors.Split('\n'), Has.Length.EqualTo(11).And.All.StartsWith("--lab: the port of "));
    }

    [TestCase("frontend1", 8080, true, "$.frontEnds[0].port")]
    [TestCase("frontend1", 8080, false, "$.frontEnds[0].port")]
    [TestCase("sequencer2", 8083, false, "$.sequencers[1].port")]
    [TestCase("replica3", 8093, true, "$.replicas[2].port")]
    [TestCase("replica3", 8093, false, "$.replicas[2].port")]
    public async Task A_port_in_use_is_named_with_the_setting_that_changes_it(string id, int port, bool isHttp, string setting)
    {
        using var other = new Socket(
            AddressFamily.InterNetwork, isHttp ? SocketType.Stream : SocketType.Dgram, isHttp ? ProtocolType.Tcp : ProtocolType.Udp);
        other.Bind(new System.Net.IPEndPoint(_folder.Address, port));
        if (isHttp)
            other.Listen();
        using var process = Start(id, Config(ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path).Write()));
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.PortInUse), process.Errors);
        Assert.That(process.Errors, Does.Contain($"{_folder.Address}:{port}").And.Contain(id).And.Contain(setting));
    }

    [Test]
    public async Task A_log_that_fails_to_open_gives_one_line_and_the_storage_exit_code()
    {
        var config = Config(ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path).Write());
        Directory.CreateDirectory(_folder.File("manager4", "group", "log"));
        // Nobody can open a link to itself, not even root.
        File.CreateSymbolicLink(_folder.File("manager4", "group", "log", "lock"), _folder.File("manager4", "group", "log", "lock"));
        using var process = TestProcess.Start(NodeRole.Manager, "--id", "manager4", "--config", config, "--supervised");
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Storage), process.Errors);
        Assert.That(process.Errors.Split('\n'), Has.Length.EqualTo(1)
            .And.All.Contains($"The log in {_folder.File("manager4", "group", "log")} can't be opened"));
    }

    [Test]
    public async Task A_process_whose_configuration_contradicts_the_data_folder_exits_with_2_and_creates_nothing()
    {
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        await DataFolder.OpenAsync(topology);
        using var process = Start("sequencer2", Config((topology with { Cluster = "clinic" }).Write()));
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCodes.Configuration));
        Assert.That(process.Errors, Does.StartWith($"$.cluster: is \"clinic\"; expected \"dams\", which {_folder.Path} was made for"));
        Assert.That(Directory.Exists(_folder.File("sequencer2")), Is.False);
    }

    private const string Broken = """
        {
          "cluster": "No Blanks",
          "frontEnds": [{ "id": "frontend1", "address": "0.0.0.0", "port": 8080 }],
          "sequencers": [{ "id": "sequencer1", "port": 8082 }, { "id": "sequencer1", "port": 8082 }],
          "replicas": [{ "id": "replica1", "port": 8091, "versions": ["Abacus"] }],
          "durability": "hope",
          "limits": { "callDeadlineMs": 1 },
          "colour": "red"
        }
        """;

    private static void AssertAllNamed(string errors)
    {
        foreach (var path in (string[])
            ["$.cluster", "$.frontEnds[0].address", "$.sequencers[1].id", "$.sequencers[1].port", "$.replicas[0].versions",
                "$.durability", "$.limits.callDeadlineMs", "$.colour"])
            Assert.That(errors, Does.Contain(path));
        Assert.That(errors, Does.Contain("a process on another machine stands on a host of the table"),
            "the reason why only loopback addresses are allowed");
    }
}
