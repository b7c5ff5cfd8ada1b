using Dams.Cli.Status;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console.Testing;

namespace Dams.Tests.Cli;

public sealed class StatusCommandTests
{
    private const string Document = """
        {"cluster":"dams","release":"0.1.0","soapHost":"CoreWCF 1.9.1","epoch":"2.1","control":"127.0.0.1:8081",
         "sequencer":{"id":"sequencer1","address":"127.0.0.1:8082","processId":101,"standbys":["sequencer2"]}
        """ + """
        ,"sequence":4711,"committed":4710,
         "replicas":[{"id":"replica1","address":"127.0.0.1:8091","processId":201,"incarnation":"7","boot":"9f","engine":"Ledger"
        """ + """
        ,"state":"active","executed":4710,
           "durable":4711,"digest":"0123456789abcdef","digestAt":4710,"wrong":2,"silent":3,"restarts":5,"replacements":1
        """ + """
        ,"sessionWindowSeconds":431},
          {"id":"replica2","state":"joining"},{"id":"replica3","state":"active","executed":4710,"digest":"fedcba9876543210"
        """ + """
        ,"digestAt":4000,"differs":true,"sessionWindowSeconds":440}],
         "managers":[{"id":"manager1","processId":301,"state":"running"}],
         "counters":{"requests":50,"answered":49,"answeredByAll":40,"faults":1,"wrongReplies":2,"missingReplies":3
        """ + """
        ,"replacements":4,"failovers":5,"divergences":6,"noQuorum":7},
         "alarms":["replica2 is degraded: look at its log"],"warnings":["There are 3 replicas"],"somethingNew":[1,2]}
        """;

    private static async Task<WebApplication> ServeAsync(TestFolder folder, string document)
    {
        var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), new NodeAddress(folder.Address, 8080)).Build();
        web.MapGet("/status", http => http.Response.WriteAsync(document));
        await web.StartAsync();
        return web;
    }

    [Test]
    public async Task Status_shows_replicas_sequencer_managers_and_counters()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(folder, Document);
        var run = await CliRun.OfAsync("status", "--url", $"http://{folder.Address}:8080/AppointmentService");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Match(
            @"replica1 +│ 127\.0\.0\.1:8091 +│ 201 +│ Ledger +│ 7 +│ active +│ +4710 +│ "
                + @"+01234567 +│ +2 +│ +3 +│ +5 +│ +1 +│")
            .And.Match("silent +│ restarts +│ replaced")
            .And.Match(@"replica2 .*joining")
            .And.Match(@"replica3 .*4710 +│ ≠ fedcba98 at 4000")
            .And.Contain("session window, in which a repeated request has no second effect: replica1 431 s, replica3 440 s")
            .And.Contain("cluster dams, release 0.1.0 on CoreWCF 1.9.1: epoch 2.1, sequencer sequencer1, sequence 4711, committed 4710")
            .And.Match(@"sequencer1 +│ active").And.Match(@"sequencer2 +│ standby")
            .And.Match(@"301 +│ manager1 +│ running")
            .And.Contain("alarm: replica2 is degraded: look at its log")
            .And.Contain("requests 50, answered 49 (40 by all), faults 1, wrong replies 2, missing 3, replacements 4, failovers 5, "
                + "divided votes 6, without a quorum 7"));
    }

    [Test]
    public void A_terminal_of_80_columns_shows_every_column_whole()
    {
        using var console = new TestConsole();
        console.Profile.Width = 80;
        var replica = new ReplicaStatus
        {
            Id = "replica3",
            Address = "127.0.0.1:8093",
            ProcessId = 1234567,
            Incarnation = "c03207aab8e0b8e2",
            Engine = "Relational",
            State = "restarting",
            Executed = 1234567,
            Digest = "0123456789abcdef",
            DigestAt = 1234567,
            Wrong = 12345,
            Silent = 23456,
            Restarts = 34567,
            Replacements = 45678,
        };
        console.Write(StatusTables.Render(new ClusterStatus { Replicas = [replica] }, console.Profile.Width));
        Assert.That(console.Output, Does.Contain("│ replica  │ version    │ state      │ executed │   digest │ wrong │ silent │")
            .And.Contain("│ replica3 │ Relational │ restarting │  1234567 │ 01234567 │ 12345 │  23456 │")
            .And.Contain("│ replica  │ address        │ process │ incarnation      │ restarts │ replaced │")
            .And.Contain("│ replica3 │ 127.0.0.1:8093 │ 1234567 │ c03207aab8e0b8e2 │    34567 │    45678 │"));
    }

    [Test]
    public async Task A_status_with_fewer_fields_is_shown_too()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(folder, """{"cluster":"old"}""");
        var run = await CliRun.OfAsync("status", "--url", $"http://{folder.Address}:8080");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain("cluster old, release ?: epoch ?,").And.Contain("requests 0")
            .And.Not.Contain("session window").And.Not.Contain("waiting for"));
    }

    [Test]
    public async Task Without_an_active_sequencer_the_status_names_the_missing_processes()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(
            folder, """{"sequencer":{"id":"sequencer1","active":false},"waitingFor":["replica3","sequencer1"]}""");
        var run = await CliRun.OfAsync("status", "--url", $"http://{folder.Address}:8080");
        Assert.That(run.Output,
            Does.Contain("no sequencer is heard; waiting for replica3, sequencer1 (a first start needs all replicas)")
                .And.Match(@"sequencer1 +│ not heard"));
    }

    [Test]
    public async Task Text_from_a_replica_is_neither_markup_nor_a_terminal_command()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(folder, """
            {"cluster":"[link=x]dams[/]","replicas":[{"id":"replica1","engine":"[red]Led[/]ger","state":"\u001b]0;taken\u0007active"
            """ + """
            ,"incarnation":"7\n8","digest":"\u202eabc","digestAt":1,"executed":1}],
             "alarms":["[bold]look\u009b2J[/]"]}
            """);
        var run = await CliRun.OfAsync("status", "--url", $"http://{folder.Address}:8080");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain("cluster [link=x]dams[/]").And.Contain("[red]Led[/]ger")
            .And.Contain("\uFFFD]0;taken\uFFFDactive").And.Contain("7\uFFFD8")
            .And.Contain("\uFFFDabc").And.Contain("alarm: [bold]look\uFFFD2J[/]"));
        Assert.That(run.Output.Replace("\n", "", StringComparison.Ordinal).Where(char.IsControl), Is.Empty);
    }

    [Test]
    public async Task Json_is_printed_unchanged()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(folder, Document);
        var run = await CliRun.OfAsync("status", "--json", "--url", $"http://{folder.Address}:8080");
        Assert.That(run.Output, Is.EqualTo(Document + Environment.NewLine));
    }

    [Test]
    public async Task Status_exits_with_4_if_the_response_is_not_a_status()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(folder, "<html>");
        var run = await CliRun.OfAsync("status", "--url", $"http://{folder.Address}:8080");
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Errors, Does.Contain("is not the status of a DAMS cluster"));
    }

    [Test]
    public async Task Status_exits_with_4_if_no_cluster_runs()
    {
        using var folder = new TestFolder();
        var run = await CliRun.OfAsync("status", "--url", $"http://{folder.Address}:8080");
        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Errors, Does.Contain("is the cluster up?"));
    }
}
