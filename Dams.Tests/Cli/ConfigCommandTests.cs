using System.Text.Json;
using Dams.Hosting.Topology;
using Dams.Tests.Hosting;

namespace Dams.Tests.Cli;

/// <summary><c>dams config check</c> and <c>dams config new</c>.</summary>
internal sealed class ConfigCommandTests
{
    private const string ThreeHosts = "mtl=10.20.1.10,que=10.20.2.10,she=10.20.3.10";

    private TestFolder _folder = null!;

    private string File => _folder.File("dams.json");

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    private Task<CliRun> NewAsync(params string[] options) => CliRun.OfAsync(["config", "new", File, .. options]);

    private Task<CliRun> CheckAsync(params string[] options) => CliRun.OfAsync(["config", "check", File, .. options]);

    [Test]
    public async Task A_new_configuration_is_what_a_process_reads_and_survives_each_host()
    {
        var made = await NewAsync("--hosts", ThreeHosts);
        Assert.That((made.ExitCode, made.Errors), Is.EqualTo((0, "")));
        Assert.That(made.Output, Does.Contain("calls go on after the loss of 3 of 3 hosts").And.Contain("No sequencer stands on mtl"));
        var topology = TopologyReader.ReadFile(File).Topology!;
        Assert.That(topology.Replicas.Select(replica => replica.Host), Is.EqualTo(new[] { "mtl", "que", "she", "mtl" }));
        Assert.That(topology.Sequencers.Select(sequencer => sequencer.Host), Is.EqualTo(new[] { "que", "she" }));
        var check = await CheckAsync();
        Assert.That((check.ExitCode, check.Errors), Is.EqualTo((0, "")), check.Output);
        Assert.That(check.Output, Does.Match("mtl +│ go on +│ later +│ not outvoted +│ wait")
            .And.Match("que +│ go on +│ possible +│ replaced +│ possible").And.Match("que and she +│ stop +│ impossible +│ -")
            .And.Contain("No warnings."));
    }

    [Test]
    public async Task Front_ends_stand_where_they_are_wanted()
    {
        await NewAsync("--hosts", ThreeHosts, "--front-ends", "she,que");
        Assert.That(TopologyReader.ReadFile(File).Topology!.FrontEnds.Select(node => node.Host), Is.EqualTo(new[] { "she", "que" }));
    }

    [Test]
    public async Task A_file_that_is_there_is_not_overwritten()
    {
        await System.IO.File.WriteAllTextAsync(File, "mine");
        var run = await NewAsync("--hosts", ThreeHosts);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Errors, Does.Contain("is there already, and is not overwritten"));
        Assert.That(await System.IO.File.ReadAllTextAsync(File), Is.EqualTo("mine"));
    }

    // A link that leads nowhere is something of somebody's, too.
    [Test]
    public async Task A_link_is_not_followed()
    {
        System.IO.File.CreateSymbolicLink(File, _folder.File("elsewhere.json"));
        var run = await NewAsync("--hosts", ThreeHosts);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Errors);
        Assert.That(System.IO.File.Exists(_folder.File("elsewhere.json")), Is.False);
    }

    [TestCase("mtl", "--hosts has 'mtl'; expected a name and an address")]
    [TestCase("mtl=", "--hosts has 'mtl='")]
    [TestCase("=10.0.0.1", "--hosts has '=10.0.0.1'")]
    [TestCase("a=10.0.0.1,a=10.0.0.2", "the name 'a' twice")]
    [TestCase("a=10.0.0.1,b=10.0.0.1", "the address '10.0.0.1' twice")]
    [TestCase("a=10.1,b=10.0.0.1", "$.hosts.a")]
    [TestCase("A_b=10.0.0.1,b=10.0.0.2", "is the name of a host")]
    [TestCase("a=127.0.0.1,b=10.0.0.2", "a loopback address")]
    public async Task Wrong_hosts_are_named_and_nothing_is_written(string hosts, string says)
    {
        var run = await NewAsync("--hosts", hosts);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.Contain(says));
        Assert.That(System.IO.File.Exists(File), Is.False);
    }

    [TestCase("rio", "--front-ends has 'rio'; expected some of mtl, que, she.")]
    [TestCase("mtl,mtl", "the host 'mtl' twice")]
    public async Task Wrong_front_ends_are_named(string names, string says)
    {
        var run = await NewAsync("--hosts", ThreeHosts, "--front-ends", names);
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((2, run.Errors)));
        Assert.That(run.Errors, Does.Contain(says));
        Assert.That(System.IO.File.Exists(File), Is.False);
    }

    [Test]
    public async Task Problems_are_those_that_a_process_reports()
    {
        const string wrong = """{ "replicas": [{ "id": "replica9", "port": "x" }], "nonsense": 1 }""";
        await System.IO.File.WriteAllTextAsync(File, wrong);
        var run = await CheckAsync();
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        foreach (var problem in TopologyReader.ReadFile(File).Problems)
            Assert.That(run.Errors, Does.Contain(problem.ToString()));
        var json = JsonDocument.Parse((await CheckAsync("--json")).Output).RootElement;
        Assert.That(json.GetProperty("problems").GetArrayLength(), Is.EqualTo(TopologyReader.ReadFile(File).Problems.Length));
    }

    [Test]
    public async Task A_missing_file_is_a_problem()
    {
        var run = await CheckAsync();
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain("can't be read"));
    }

    [Test]
    public async Task Warnings_exit_with_1()
    {
        await System.IO.File.WriteAllTextAsync(File, "{}");
        var run = await CheckAsync();
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((1, "")));
        Assert.That(run.Output, Does.Contain("All processes stand on one host, 127.0.0.1"));
    }

    [Test]
    public async Task Json_says_the_same()
    {
        await NewAsync("--hosts", ThreeHosts, "--front-ends", "mtl");
        var run = await CheckAsync("--json");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        var json = JsonDocument.Parse(run.Output).RootElement;
        Assert.That(json.GetProperty("warnings").GetArrayLength(), Is.EqualTo(2));
        Assert.That(json.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "mtl", "que", "she" }));
        var loss = json.GetProperty("losses").EnumerateArray().First();
        Assert.That(
            (loss.GetProperty("lost")[0].GetString(), loss.GetProperty("calls").GetString(), loss.GetProperty("reason").GetString()),
            Is.EqualTo(("mtl", "stop", "noFrontEnd")));
    }
}
