using Dams.Cli.Cluster;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console.Testing;

namespace Dams.Tests.Cli;

/// <summary>The table that <c>dams up</c> shows on a terminal.</summary>
public sealed class LiveTableTests
{
    private const int Lines = 24;

    private static readonly ClusterStatus s_status = new()
    {
        Epoch = "2.1",
        ProcessId = 5,
        Sequence = 4711,
        Committed = 4710,
        Sequencer = new SequencerStatus { Id = "sequencer1" },
        Replicas =
        [
            new ReplicaStatus
            {
                Id = "replica1",
                Engine = "Ledger",
                State = "active",
                Executed = 4710,
                Wrong = 3,
                Silent = 0,
                Replacements = 0,
            },
            new ReplicaStatus
            {
                Id = "replica2",
                Engine = "Journal",
                State = "joining",
                Executed = 12,
                Wrong = 0,
                Silent = 9,
                Replacements = 1,
            },
            new ReplicaStatus { Id = "replica3" },
            new ReplicaStatus { Id = "replica4", Engine = "Calendar", State = "dead" },
        ],
        Counters = new ClusterCounters { Requests = 20, Answered = 19, Faults = 1, WrongReplies = 3, MissingReplies = 9, Failovers = 1 },
        Alarms = ["replica4 was replaced three times"],
        Events =
        [
            .. Enumerable.Range(1, 50).Select(i => new ClusterEvent
            {
                Time = DateTimeOffset.UnixEpoch,
                Kind = "replyWrong",
                Node = "replica1",
                Text = $"gave a wrong reply to {i}",
            }),
        ],
    };

    private static string[] Draw(ClusterStatus? status, string? problem = null)
    {
        using var console = new TestConsole();
        console.Profile.Width = 100;
        console.Write(LiveTable.Render(ClusterTopology.Default(), null, status, 41.7, problem, Lines));
        return [.. console.Lines];
    }

    [Test]
    public void The_table_shows_replicas_counters_alarms_and_newest_events_and_fits_the_terminal()
    {
        var lines = Draw(s_status);
        var text = string.Join('\n', lines);
        Assert.That(text, Does.Contain("ready http://127.0.0.1:8080/AppointmentService?wsdl").And.Contain("page http://127.0.0.1:8080/")
            .And.Contain("epoch 2.1, sequencer1 orders, sequence 4711, committed 4710, answered per second 42")
            .And.Match(@"replica1 +│ Ledger +│ active +│ +4710 +│ +3 +│ +0 +│ +0 +│")
            .And.Match(@"replica2 +│ Journal +│ joining +│ +12 +│ +0 +│ +9 +│ +1 +│").And.Match(@"replica3 +│ +│ \? ")
            .And.Contain("wrong replies 3, missing 9, failovers 1").And.Contain("! replica4 was replaced three times")
            .And.Contain("replica1 gave a wrong reply to 50").And.Contain("gave a wrong reply to 44")
            .And.Not.Contain("gave a wrong reply to 1\n"));
        Assert.That(lines, Has.Length.LessThan(Lines));
    }

    [Test]
    public void The_table_names_missing_processes_and_still_fits_the_terminal()
    {
        var lines = Draw(s_status with { WaitingFor = ["replica3"] });
        Assert.That(lines, Has.Some.StartsWith("no sequencer is heard; waiting for replica3 "));
        Assert.That(lines, Has.Length.LessThan(Lines));
    }

    [Test]
    public void A_front_end_that_does_not_answer_is_reported() =>
        Assert.That(Draw(null, "nobody answers"), Has.Some.StartsWith("ready http").And.Some.EqualTo("nobody answers"));

    [Test]
    public async Task The_table_is_drawn_on_the_alternate_screen_and_then_restores_the_first()
    {
        using var folder = new TestFolder();
        var listen = new NodeAddress(folder.Address, 8080);
        await using var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), listen).Build();
        var looks = 0;
        web.MapGet("/status", http =>
        {
            looks++;
            return http.Response.WriteAsync("""{"epoch":"7.1"}""");
        });
        await web.StartAsync();
        using var console = new TestConsole().EmitAnsiSequences();
        console.Profile.Capabilities.Ansi = true;
        using var stop = new CancellationTokenSource();
        var showing = LiveTable.ShowAsync(console, ClusterTopology.Default(address: folder.Address), null, stop.Token);
        await Eventually.IsTrueAsync(() => looks > 1 || showing.IsCompleted);
        await stop.CancelAsync();
        Assert.That(async () => await showing, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(console.Output, Does.StartWith("\u001b[?1049h").And.Contain("epoch 7.1").And.EndWith("\u001b[?1049l"));
    }

    [Test]
    public void The_rate_is_the_difference_of_two_looks_at_the_same_process()
    {
        var rate = new AnswerRate();
        Assert.That(rate.Look(1, 100, TimeSpan.FromSeconds(1)), Is.Null);
        Assert.That(rate.Look(1, 150, TimeSpan.FromSeconds(3)), Is.EqualTo(25));
        Assert.That(rate.Look(2, 160, TimeSpan.FromSeconds(4)), Is.Null, "another process");
        Assert.That(rate.Look(2, 10, TimeSpan.FromSeconds(5)), Is.Null, "another process with the same number");
        Assert.That(rate.Look(2, 10, TimeSpan.FromSeconds(6)), Is.Zero);
    }
}
