using System.Runtime.Versioning;
using Dams.Cli;
using Dams.Hosting.Folders;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;

namespace Dams.Tests.Cli;

/// <summary>
/// A refused start names the true cause and says what to do. It changes nothing and starts nothing, so the tool runs in this process.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UpRefusalTests
{
    private TestFolder _folder = null!;
    private ClusterTopology _topology = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private Task<CliRun> UpAsync(params string[] more) =>
        CliRun.OfAsync(["up", "--data", _folder.Path, "--address", _folder.Address.ToString(), .. more]);

    private void UseReplica1()
    {
        PidFile.TryHold(_folder.File("replica1"), "replica1")!.Dispose();
        File.WriteAllText(_folder.File("replica1", "precious"), "bookings");
    }

    private async Task<string> RefusedAsync(params string[] more)
    {
        var run = await UpAsync(more);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Errors);
        return run.Errors;
    }

    [Test]
    public async Task Without_a_terminal_fresh_needs_yes()
    {
        UseReplica1();
        Assert.That(await RefusedAsync("--fresh"),
            Is.EqualTo($"--fresh would set the data in {_folder.Path} aside: add --yes to confirm that.\n"));
        Assert.That(File.Exists(_folder.File("replica1", "precious")));
    }

    [TestCase("n")]
    [TestCase("")]
    [TestCase("what?")]
    [TestCase(null)]
    public async Task On_a_terminal_fresh_asks_and_anything_but_yes_changes_nothing(string? answer)
    {
        UseReplica1();
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(answer is null ? "" : answer + "\n");
        var exitCode = await DamsTool.RunAsync(["up", "--data", _folder.Path, "--address", _folder.Address.ToString(), "--fresh"],
            new CliConsole(output, error, input, isInteractive: true, isErrorTerminal: false));
        Assert.That((exitCode, error.ToString()),
            Is.EqualTo((1, $"Set the bookings in {_folder.Path} aside, and begin without any? [y/N] Nothing was changed.\n")));
        Assert.That(File.Exists(_folder.File("replica1", "precious")));
    }

    [Test]
    public async Task A_configuration_with_three_replicas_is_refused_on_a_folder_made_for_four()
    {
        await DataFolder.OpenAsync(_topology);
        var three = _topology with { Replicas = [.. _topology.Replicas.Take(3)], Managers = [.. _topology.Managers.Take(3)] };
        await File.WriteAllTextAsync(_folder.File("dams.json"), three.Write());
        var run = await CliRun.OfAsync("up", "--config", _folder.File("dams.json"));
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors,
            Does.StartWith("$.replicas: has replica1, replica2, replica3; "
                + $"expected replica1, replica2, replica3, replica4, which {_folder.Path} was made for\n")
            .And.Contain("dams up --fresh"));
        Assert.That(Directory.Exists(_folder.File("replica1")), Is.False);
    }

    private async Task<string> RefusedHostAsync(string json, params string[] more)
    {
        await File.WriteAllTextAsync(_folder.File("dams.json"), json);
        var run = await CliRun.OfAsync(["up", "--config", _folder.File("dams.json"), .. more]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Errors);
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Has.Length.EqualTo(1), "nothing was changed");
        return run.Errors.Replace(_folder.Path, "F", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_file_with_hosts_needs_the_name_of_one_on_which_something_stands()
    {
        const string json = """
            {
              "hosts": { "mtl": "127.0.0.2", "que": "127.0.0.3", "she": "127.0.0.4" },
              "frontEnds": [{ "host": "mtl" }], "sequencers": [{ "host": "que" }], "replicas": [{ "host": "mtl" }]
            }
            """;
        Assert.That(await RefusedHostAsync(json),
            Is.EqualTo("F/dams.json has hosts, and dams up runs the processes of one: add --host with one of mtl, que, she\n"));
        Assert.That(await RefusedHostAsync(json, "--host", "Mtl"),
            Is.EqualTo("--host is Mtl, but F/dams.json has no such host; it has mtl, que, she\n"));
        Assert.That(await RefusedHostAsync(json, "--host", "she"),
            Is.EqualTo("--host is she, but nothing stands there: give a process of F/dams.json \"host\": \"she\"\n"));
        Assert.That(await RefusedHostAsync(json, "--host", "mtl", "--lab"), Does.StartWith("--lab: there are the hosts mtl, que, she"));
        Assert.That(await RefusedHostAsync("{}", "--host", "mtl"), Does.StartWith("--host is mtl, but F/dams.json has no hosts: leave"));
        Assert.That(await RefusedAsync("--host", "mtl"), Does.StartWith("--host is mtl, but the default cluster has no hosts: leave"));
    }

    [Test]
    public async Task A_lock_that_cannot_be_opened_is_not_reported_as_held()
    {
        File.CreateSymbolicLink(_folder.File("up.lock"), _folder.File("up.lock"));
        Assert.That(await RefusedAsync(), Does.Contain("up.lock").And.Not.Contain("already runs"));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_full_disk_is_named_as_the_cause()
    {
        File.CreateSymbolicLink(_folder.File("up.pid.new"), "/dev/full");
        Assert.That(await RefusedAsync(), Does.Contain("No space left on device").And.EndsWith("Make room on that disk, and start again.\n")
            .And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_configuration_in_one_data_folder_that_names_another_is_not_followed_there()
    {
        using var original = new TestFolder();
        await DataFolder.OpenAsync(_topology);
        await File.WriteAllTextAsync(_folder.File("dams.json"),
            (ClusterTopology.Default(address: _folder.Address, dataFolder: original.Path) with { Cluster = "other" }).Write());
        var run = await CliRun.OfAsync("up", "--config", _folder.File("dams.json"));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors,
            Does.StartWith($"{_folder.File("dams.json")} names {original.Path} as its data folder, "
                + $"but is in a data folder itself: {_folder.Path} is used.")
            .And.Contain($"expected \"dams\", which {_folder.Path} was made for"));
        Assert.That(Directory.GetFileSystemEntries(original.Path), Is.Empty);
    }
}
