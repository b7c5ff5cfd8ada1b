using Dams.Cli;
using Dams.Cli.Client;
using Dams.Cli.Demo;
using Dams.Contracts.Domain;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Cli;

/// <summary>The demonstration against a faulty service: it reports the failure and ends.</summary>
internal sealed class DemoClientTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    [TestCase(true, "there was no answer")]
    [TestCase(false, "")]
    public async Task A_call_without_an_answer_ends_at_the_timeout(bool isHanging, string said)
    {
        using var folder = new TestFolder();
        await using var silent = isHanging ? new BabblingServer(new(folder.Address, 8080)) : null;
        using var service = new AppointmentClient(new Uri($"http://{folder.Address}:8080/AppointmentService"));
        var client = new DemoClient(service, 0, s_short);
        var silence = await Assert.CatchAsync<TimeoutException>(
            () => client.RunAsync(CancellationToken.None, CancellationToken.None).WaitAsync(Eventually.Limit));
        Assert.That(silence!.Message, Does.StartWith("a call of client 1 was not answered within 0.3 s: ").And.Contain(said));
    }

    [Test]
    public async Task A_demonstration_whose_clients_get_no_answer_ends_and_says_so()
    {
        using var folder = new TestFolder();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        await using var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, topology.Limits, topology.FrontEnds[0].Listen).Build();
        web.MapGet("/status", http => http.Response.WriteAsync(
            """{"replicas":[{"state":"active"},{"state":"active"},{"state":"active"},{"state":"active"}]}"""));
        await web.StartAsync();
        await using var told = new StringWriter();
        var console = new CliConsole(told, told, TextReader.Null, isInteractive: false, isErrorTerminal: false);
        using var story = new DemoStory(new DemoTeller(console.OutTables), topology, TimeSpan.FromSeconds(3), CancellationToken.None);
        Assert.That(await story.RunAsync().WaitAsync(Eventually.Limit), Is.False);
        Assert.That(told.ToString(), Does.Contain("only 0 of 100 calls were answered within 3 s")
            .And.Match("a call of client [1-4] was not answered within 3 s: "));
    }

    [Test]
    public async Task A_wrong_outcome_of_the_first_booking_is_a_wrong_answer_and_not_the_end()
    {
        var executor = new DictionaryExecutor();
        var booked = 0;
        await using var server = await SoapTestServer.StartAsync(new ScriptedExecutor(async (command, id, ct) =>
        {
            var executed = await executor.ExecuteAsync(command, id, ct);
            return command is BookAppointment && ++booked <= 2
                ? executed with { Reply = new BookReply(BookOutcome.WeeklyLimit) }
                : executed;
        }));
        using var service = new AppointmentClient(server.AppointmentService);
        using var enough = new CancellationTokenSource();
        var client = new DemoClient(service, 0, Eventually.Limit);
        var running = client.RunAsync(enough.Token, CancellationToken.None);
        await Eventually.IsTrueAsync(() => client.Answered > 7 || running.IsCompleted);
        await enough.CancelAsync();
        await running;
        Assert.That(client.Problem, Does.StartWith("a wrong answer: ").And.EndWith("expected Booked"));
        Assert.That(client.Wrong, Is.GreaterThanOrEqualTo(3), "two bookings, and a schedule that shows the first of them");
    }
}
