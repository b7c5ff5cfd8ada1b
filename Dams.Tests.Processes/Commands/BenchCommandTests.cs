using System.Text.Json;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Processes.Commands;

/// <summary>The benchmark against a service whose answers the test decides.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BenchCommandTests : IDisposable
{
    private const string Booked = "<outcome>Booked</outcome>";
    private readonly TestFolder _folder = new();
    private int _calls;

    private string Url => $"http://{_folder.Address}:8080/AppointmentService";

    public void Dispose() => _folder.Dispose();

    [Test]
    public async Task Each_run_is_a_row()
    {
        await using var web = await ServeAsync((_, http) => AnswerAsync(http, Booked));
        var run = await CliRun.OfAsync("bench", "--url", Url, "--connections", "1", "2", "--calls", "10", "--warm-up", "5", "--json");
        Assert.That((run.ExitCode, run.Errors), Is.EqualTo((0, "")));
        using var rows = JsonDocument.Parse(run.Output);
        Assert.That(
            rows.RootElement.EnumerateArray()
                .Select(row => (row.GetProperty("connections").GetInt32(), row.GetProperty("failed").GetInt32())),
            Is.EqualTo(new[] { (1, 0), (2, 0) }));
    }

    [Test]
    public async Task A_broken_connection_fails_one_call_and_is_opened_again()
    {
        await using var web = await ServeAsync((call, http) =>
        {
            if (call != 5)
                return AnswerAsync(http, Booked);
            http.Abort();
            return Task.CompletedTask;
        });
        var run = await CliRun.OfAsync("bench", "--url", Url, "--connections", "1", "--calls", "20", "--warm-up", "0", "--json");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.StartWith("1 of 20 calls were not answered with Booked"));
    }

    [Test]
    public async Task An_unexpected_outcome_is_reported()
    {
        await using var web = await ServeAsync((_, http) => AnswerAsync(http, "<outcome>Full</outcome>"));
        var run = await CliRun.OfAsync("bench", "--url", Url, "--connections", "1", "--calls", "3", "--warm-up", "0");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.StartWith("3 of 3 calls").And.Contain("<outcome>Full</outcome>"));
    }

    [Test]
    public async Task A_service_that_does_not_run_is_reported_as_unreachable()
    {
        var run = await CliRun.OfAsync("bench", "--url", Url);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((4, "")));
        Assert.That(run.Errors, Does.Contain("can't be measured"));
    }

    [Test]
    public async Task An_interrupted_benchmark_prints_the_finished_runs_and_says_that_some_are_missing()
    {
        var isStuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var web = await ServeAsync(async (call, http) =>
        {
            if (call > 8)
            {
                isStuck.TrySetResult();
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }

            await AnswerAsync(http, Booked);
        });
        using var bench = TestProcess.StartDams(
            "bench", "--url", Url, "--connections", "1", "2", "--calls", "6", "--warm-up", "0", "--json");
        await isStuck.Task.WaitAsync(Eventually.Limit);
        bench.Terminate();
        Assert.That(await bench.ExitAsync(), Is.EqualTo(143));
        Assert.That(bench.Errors, Is.EqualTo("interrupted after 1 of 2 runs"));
        using var rows = JsonDocument.Parse(bench.Output);
        Assert.That(rows.RootElement.GetArrayLength(), Is.EqualTo(1));
    }

    /// <summary>The first call of each run opens its slot.</summary>
    private async Task<WebApplication> ServeAsync(Func<int, HttpContext, Task> answer)
    {
        var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), new NodeAddress(_folder.Address, 8080)).Build();
        web.MapPost("/AppointmentService", http => answer(Interlocked.Increment(ref _calls), http));
        await web.StartAsync();
        return web;
    }

    private static Task AnswerAsync(HttpContext http, string body)
    {
        http.Response.ContentLength = body.Length;
        return http.Response.WriteAsync(body);
    }
}
