using System.Globalization;
using Dams.Cli.Check;
using Dams.Contracts.Domain;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Commands;

/// <summary><c>dams check</c> as a program, against a cluster with the fault lab. Each run leaves the cluster as it was.</summary>
[Parallelizable]
internal sealed class CheckTests : ClusterFixture
{
    private const string Slow = """
        title A scenario that takes long
        case Many places are booked
          add MTLM010199 Dental 400 --as MTLA0001
          book MTLP0001 MTLM010199 Dental
          times 300: book QUEP0{nnn} MTLM010199 Dental
        case Nobody is dead
          wait until replica1 is dead
        """;

    protected override Task<TestCluster> StartAsync() => TestCluster.UpAsync(isLab: true);

    private static TestProcess Start(TestCluster cluster, params IEnumerable<string> args) =>
        TestProcess.StartDams(["check", "--url", cluster.Service.ToString(), .. args]);

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(TestCluster cluster, params IEnumerable<string> args)
    {
        using var check = Start(cluster, args);
        var exitCode = await check.ExitAsync();
        TestContext.Out.WriteLine(check.Output);
        return (exitCode, check.Output, check.Errors);
    }

    private static async Task AssertEmptyAsync(TestCluster cluster)
    {
        foreach (var type in Enum.GetValues<AppointmentType>())
            Assert.That((await cluster.Client().ListAppointmentAvailabilityAsync("MTLA0001", type)).Slots, Is.Empty);
    }

    [Test]
    public async Task All_scenarios_that_break_nothing_pass_twice()
    {
        var cluster = await ClusterAsync();
        for (var run = 1; run <= 2; run++)
        {
            var (exitCode, output, errors) = await RunAsync(cluster, "--all");
            Assert.That((exitCode, errors), Is.EqualTo((0, "")), output);
            Assert.That(output, Does.Contain("  PASSED   T11").And.Contain("  PASSED   Twenty patients want the last place"));
            Assert.That(output.Split('\n').Select(line => line.Length), Is.All.LessThan(80));
            Assert.That(output, Does.Not.Contain("FAILED").And.Not.Contain("\u001b"));
            await AssertEmptyAsync(cluster);
        }
    }

    [TestCaseSource(nameof(LabNames))]
    public async Task A_scenario_with_faults_passes_without_a_wrong_answer(string name)
    {
        var cluster = await ClusterAsync();
        var before = await cluster.IsWholeAsync();
        var (exitCode, output, errors) = await RunAsync(cluster, "--lab", "--scenario", name);
        Assert.That((exitCode, errors), Is.EqualTo((0, "")), output);
        Assert.That(output, Does.Match(", 0 wrong answers, "));
        await AssertEmptyAsync(cluster);
        var after = await cluster.IsWholeAsync();
        // The lies were told and the crash happened, and the clients noticed neither.
        Assert.That(after.Counters.WrongReplies > before.Counters.WrongReplies, Is.EqualTo(name != "lab-crash"));
        Assert.That(
            after.Replicas.Select(replica => replica.ProcessId), Is.Not.EqualTo(before.Replicas.Select(replica => replica.ProcessId)));
        Assert.That(await cluster.FaultAsync("show"), Does.Not.Contain("\"lie\""));
    }

    private static IEnumerable<string> LabNames() => ShippedScenarios.Names.Where(name => ShippedScenarios.Read(name).Scenario!.NeedsLab);

    [Test]
    public async Task A_state_that_is_not_reached_fails_and_the_faults_are_ended()
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        var file = cluster.File("mine.txt");
        await File.WriteAllTextAsync(
            file, "title A\ncase A\nfault slow 2 20ms\nwait until replica2 is replaced within 100ms\ncase B\nschedule MTLP0001");
        var (exitCode, output, _) = await RunAsync(cluster, "--lab", "--scenario", file);
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain("  FAILED   A\n           line 4:   wait until replica2 is replaced within 100ms\n")
            .And.Contain("expected: this state within 0.1 s").And.Match("actual:   replica2 is [a-z]+").And.Contain("1 of 2 passed"));
        Assert.That(await cluster.FaultAsync("show"), Does.Not.Contain("\"slow\""));
    }

    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    public async Task A_signal_ends_the_run_after_the_clean_up(string signal, int exitCode)
    {
        var cluster = await ClusterAsync();
        await File.WriteAllTextAsync(cluster.File("slow.txt"), Slow);
        using var check = TestProcess.StartInterruptibleDams(
            "check", "--url", cluster.Service.ToString(), "--scenario", cluster.File("slow.txt"));
        var client = cluster.Client();
        await Eventually.IsTrueAsync(() =>
            client.GetAppointmentScheduleAsync("MTLP0001", "MTLP0001").GetAwaiter().GetResult().Bookings!.Length == 1);
        using (var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", check.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        Assert.That(await check.ExitAsync(), Is.EqualTo(exitCode), check.Errors);
        Assert.That(check.Errors, Does.Contain("Interrupted."));
        Assert.That(check.Output, Does.Match("[1-9][0-9]* slots and bookings removed").And.Contain("0 of 2 passed"));
        await AssertEmptyAsync(cluster);
    }

    [Test]
    public async Task A_pipe_whose_reader_is_gone_ends_the_run_after_the_clean_up()
    {
        Assume.That(OperatingSystem.IsWindows(), Is.False, "needs a Unix shell");
        var cluster = await ClusterAsync();
        using var shell = TestProcess.StartShell($"(dams check --url {cluster.Service}; echo $? >&2) | head -1");
        await shell.ExitAsync();
        await Eventually.IsTrueAsync(() => shell.Errors.Contains("141", StringComparison.Ordinal));
        Assert.That(shell.Output, Does.StartWith("original: "));
        await AssertEmptyAsync(cluster);
    }
}
