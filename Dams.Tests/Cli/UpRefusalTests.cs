using System.Diagnostics;
using System.Runtime.Versioning;
using Dams.Cli;
using Dams.Hosting.Folders;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering.Storage;
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
        File.Delete(_folder.File("dams.json"));
        Assert.That(await RefusedAsync("--host", "mtl"), Does.StartWith("--host is mtl, but the default cluster has no hosts: leave"));
    }

    // Earlier, up overwrote the file that the message about ports in use had sent the operator to.
    [TestCase("--ports-from 9000", "--ports-from 9000 contradicts FILE: $.frontEnds[0].port is 8081 there, and the option wants 9000.")]
    [TestCase("--ports-from 8080", "--ports-from 8080 contradicts FILE: $.frontEnds[0].port is 8081 there, and the option wants 8080.")]
    [TestCase("--versions Journal", "--versions Journal contradicts FILE: $.replicas[0].versions is ")]
    [TestCase("--address 127.0.0.1", "--address 127.0.0.1 contradicts FILE: $.frontEnds[0].address is ")]
    public async Task An_option_that_contradicts_the_file_in_the_folder_is_refused(string option, string problem)
    {
        var edited = Edited();
        await File.WriteAllTextAsync(_folder.File("dams.json"), edited);
        var run = await CliRun.OfAsync(["up", "--data", _folder.Path, .. option.Split(' ')]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.StartWith(problem.Replace("FILE", _folder.File("dams.json"), StringComparison.Ordinal))
            .And.EndWith("Leave the option out, or change the file.\n"));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.EqualTo(new[] { _folder.File("dams.json") }), "nothing is made");
        Assert.That(await File.ReadAllTextAsync(_folder.File("dams.json")), Is.EqualTo(edited));
    }

    [Test]
    public async Task All_options_that_contradict_the_file_are_named_at_once()
    {
        await File.WriteAllTextAsync(_folder.File("dams.json"), Edited().Replace("\"dataFolder\": \".\"", "\"dataFolder\": \"/elsewhere\"",
            StringComparison.Ordinal));
        var errors = (await CliRun.OfAsync("up", "--data", _folder.Path, "--ports-from", "9000", "--address", "127.0.0.1", "--versions",
            "Journal")).Errors;
        Assert.That(errors.Split('\n').Select(line => line.Split(' ')[0]),
            Is.EqualTo(new[] { "--data", "--ports-from", "--address", "--versions", "" }));
        Assert.That(errors, Does.Contain($"$.dataFolder is /elsewhere there, and the option wants {_folder.Path}."));
    }

    [Test]
    public async Task A_broken_file_in_the_folder_is_refused_and_left()
    {
        await File.WriteAllTextAsync(_folder.File("dams.json"), "{ \"strict\": 7 }");
        Assert.That(await RefusedAsync(), Does.StartWith("$.strict: is 7"));
        Assert.That(await File.ReadAllTextAsync(_folder.File("dams.json")), Is.EqualTo("{ \"strict\": 7 }"));
    }

    private string Edited() => (_topology with
    {
        FrontEnds = [_topology.FrontEnds[0] with { Listen = new(_folder.Address, 8081) }],
        Control = new(_folder.Address, 8080)
    }).Write(_folder.Path);

    [Test]
    [Platform("Linux")]
    public async Task A_lock_of_a_foreign_process_is_not_told_as_a_cluster_that_runs()
    {
        await File.WriteAllTextAsync(_folder.File("up.lock"), "");
        using var foreign = Process.Start("flock", ["-s", "--no-fork", _folder.File("up.lock"), "sleep", "1000"]);
        try
        {
            await Eventually.IsTrueAsync(() =>
            {
                using var held = FolderLock.TryTake(_folder.File("up.lock"));
                return held is null;
            });
            Assert.That(await RefusedAsync(), Is.EqualTo(
                $"{_folder.File("up.lock")} is locked by process {foreign.Id}, and no dams up runs on that folder: end the process "
                + $"that has locked the file (fuser {_folder.File("up.lock")} shows it), and start again\n"));
        }
        finally
        {
            foreign.Kill();
        }
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
