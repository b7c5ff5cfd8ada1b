using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Lab;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Cli;

internal sealed class FaultCommandTests
{
    [TestCase("fault lie", "REPLICA")]
    [TestCase("fault lie x", "x")]
    [TestCase("fault lie 3 --kind white", "--kind is 'white'; expected one of outcome, field, stale, late, state, two-faced, number.")]
    [TestCase("fault lie 3 --count 0", "--count is 0; expected 1 to 1000000.")]
    [TestCase("fault crash", "PROCESS")]
    [TestCase("fault pause 2", "DURATION")]
    [TestCase("fault pause 2 5", "DURATION is '5'; expected a duration such as 200ms, 5s or 2m.")]
    [TestCase("fault slow 1 soon", "DURATION is 'soon'")]
    [TestCase("fault drop 101", "PERCENT is 101; expected 0 to 100.")]
    [TestCase("fault corrupt -1", "PERCENT is -1")]
    [TestCase("fault delay 20ms --jitter 2", "--jitter is '2'")]
    [TestCase("fault partition", "GROUPS")]
    [TestCase("fault burn 2", "burn")]
    public async Task A_wrong_command_line_exits_with_2_and_says_why(string line, string problem)
    {
        var run = await CliRun.OfAsync(line.Split(' '));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain(problem).And.Contain("dams fault").And.Contain("--help"));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("lie 3", "lie", """{"replica":3,"kind":"outcome"}""")]
    [TestCase("lie 3 --kind two-faced --count 2", "lie", """{"replica":3,"kind":"two-faced","count":2}""")]
    [TestCase("accuse 2", "accuse", """{"replica":2}""")]
    [TestCase("crash 2", "crash", """{"process":"2"}""")]
    [TestCase("kill sequencer", "crash", """{"process":"sequencer"}""")]
    [TestCase("pause 2 5s", "pause", """{"process":"2","for":"5s"}""")]
    [TestCase("slow 1 200ms", "slow", """{"replica":1,"by":"200ms"}""")]
    [TestCase("drop", "drop", """{"percent":10}""")]
    [TestCase("drop 12.5 --from 1 --to seq1", "drop", """{"percent":12.5,"from":"1","to":"seq1"}""")]
    [TestCase("duplicate 20", "duplicate", """{"percent":20}""")]
    [TestCase("corrupt", "corrupt", """{"percent":10}""")]
    [TestCase("delay", "delay", """{"by":"50ms"}""")]
    [TestCase("delay 5ms --jitter 20ms --to 2", "delay", """{"by":"5ms","jitter":"20ms","to":"2"}""")]
    [TestCase("partition 1,2|3,4", "partition", """{"groups":"1,2|3,4"}""")]
    [TestCase("heal", "heal", "{}")]
    public async Task A_fault_is_posted_to_the_control_address_in_the_status(string line, string fault, string order)
    {
        using var folder = new TestFolder();
        var posted = "";
        await using var web = await ServeAsync(folder, server => server.MapPost("/lab/{fault}", async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            posted = $"{http.Request.RouteValues["fault"]} {http.Request.ContentType?.Split(';')[0]} "
                + string.Concat((await reader.ReadToEndAsync()).Where(c => !char.IsWhiteSpace(c)));
            await OrderEndpoints.SayAsync(http, StatusCodes.Status200OK, "done");
        }));
        var run = await RunAsync(folder, line);
        Assert.That((run.ExitCode, run.Output.TrimEnd(), run.Errors), Is.EqualTo((0, "done", "")));
        Assert.That(posted, Is.EqualTo($"{fault} application/json {order}"));
    }

    [TestCase(400, 2)]
    [TestCase(404, 2)]
    [TestCase(409, 1)]
    public async Task A_fault_that_the_lab_refuses_fails_and_prints_the_reason(int status, int exitCode)
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(
            folder, server => server.MapPost("/lab/{fault}", http => OrderEndpoints.SayAsync(http, status, "because")));
        var run = await RunAsync(folder, "crash 2");
        Assert.That((run.ExitCode, run.Output, run.Errors.TrimEnd()), Is.EqualTo((exitCode, "", "because")));
    }

    [Test]
    public async Task An_unreachable_lab_exits_with_4()
    {
        using var folder = new TestFolder();
        var nobody = await RunAsync(folder, "heal");
        Assert.That(nobody.ExitCode, Is.EqualTo(4));
        Assert.That(nobody.Errors, Does.Contain("is the cluster up?"));
        await using var web = await ServeAsync(folder, _ => { }, control: 8089);
        var noLab = await RunAsync(folder, "heal");
        Assert.That(noLab.ExitCode, Is.EqualTo(4));
        Assert.That(noLab.Errors, Does.Contain($"the lab does not answer at http://{folder.Address}:8089/"));
    }

    [Test]
    public async Task A_wrong_order_is_answered_with_an_example_of_a_right_one()
    {
        using var folder = new TestFolder();
        await using var web = await ServeAsync(folder, server =>
            server.MapFault("slow", OrderToken.LoadOrCreate(folder.Path), FaultJson.Default.SlowOrder, new SlowOrder(1, "200ms"),
                (_, _) => Task.FromResult("done")));
        using var http = new HttpClient { BaseAddress = new Uri($"http://{folder.Address}:8080") };
        http.DefaultRequestHeaders.Authorization = OrderToken.LoadOrCreate(folder.Path).Header;
        foreach (var (body, type, problem) in new[]
        {
            ("{\"replica\":1,\"by\":\"1s\"}", "text/plain", "Content-Type is 'text/plain"),
            ("{\"replica\":1}", "application/json", "'by'"),
            ("{\"replica\":1,\"by\":null}", "application/json", "by"),
            ("{\"replica\":1,\"by\":\"1s\",\"kind\":\"x\"}", "application/json", "kind"),
            ("{", "application/json", "the body is"),
            ("null", "application/json", "the body is 'null'"),
        })
        {
            using var answer = await http.PostAsync(
                new Uri("/lab/slow", UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, type));
            Assert.That((int)answer.StatusCode, Is.EqualTo(type == "application/json" ? 400 : 415), body);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(problem).And.Match("\"by\": \"200ms\""));
        }
    }

    [Test]
    public async Task An_order_without_a_body_is_accepted_only_with_the_content_type_of_JSON()
    {
        using var folder = new TestFolder();
        var applied = 0;
        await using var web = await ServeAsync(folder, server => server.MapBareOrder("/leave", OrderToken.LoadOrCreate(folder.Path), http =>
        {
            applied++;
            return OrderEndpoints.SayAsync(http, 202, "done");
        }));
        using var http = new HttpClient { BaseAddress = new Uri($"http://{folder.Address}:8080") };
        using var soap = await http.PostAsync(new Uri("/leave?force", UriKind.Relative), new StringContent("<a/>", null, "text/xml"));
        Assert.That((int)soap.StatusCode, Is.EqualTo(415));
        Assert.That(
            await soap.Content.ReadAsStringAsync(),
            Is.EqualTo("Content-Type is 'text/xml; charset=utf-8'; expected application/json; the body may be empty.\n"));
        using var nothing = await http.PostAsync(new Uri("/leave", UriKind.Relative), null);
        Assert.That(((int)nothing.StatusCode, applied), Is.EqualTo((415, 0)));
        http.DefaultRequestHeaders.Authorization = OrderToken.LoadOrCreate(folder.Path).Header;
        using var json = await http.PostAsync(new Uri("/leave", UriKind.Relative), new StringContent("", null, "application/json"));
        Assert.That(((int)json.StatusCode, applied), Is.EqualTo((202, 1)));
    }

    [Test]
    public async Task The_tool_sends_the_token_of_the_file_that_the_process_names()
    {
        using var folder = new TestFolder();
        var token = OrderToken.LoadOrCreate(Path.Combine(folder.Path, "a \"folder\", ü"));
        await using var web = await ServeAsync(folder, server =>
            server.MapFault("heal", token, FaultJson.Default.HealOrder, new HealOrder(), (_, _) => Task.FromResult("done")));
        var run = await RunAsync(folder, "heal");
        Assert.That((run.ExitCode, run.Output.TrimEnd(), run.Errors), Is.EqualTo((0, "done", "")));
    }

    [TestCase("lost")]
    [TestCase("damaged")]
    public async Task Without_the_token_the_tool_orders_nothing_and_names_the_file(string how)
    {
        using var folder = new TestFolder();
        var token = OrderToken.LoadOrCreate(folder.Path);
        await using var web = await ServeAsync(folder, server =>
            server.MapFault("heal", token, FaultJson.Default.HealOrder, new HealOrder(), (_, _) => Task.FromResult("done")));
        if (how == "lost")
            File.Delete(token.Path);
        else
            await File.WriteAllTextAsync(token.Path, "secret of another kind\n");
        var run = await RunAsync(folder, "heal");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.Contain($"takes orders with the token in {token.Path} only, and that can't be read"));
    }

    // A process of somebody else may stand at the cluster's port while the cluster is down.
    [Test]
    public async Task The_tool_sends_no_other_file_that_a_process_asks_for()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("id_rsa"), new string('a', 64));
        var given = new List<string>();
        await using var web = await ServeAsync(folder, server => server.MapPost("/lab/{fault}", http =>
        {
            given.Add(http.Request.Headers.Authorization.ToString());
            http.Response.Headers.WWWAuthenticate = $"Bearer realm=\"orders\", file=\"{folder.File("id_rsa")}\"";
            return OrderEndpoints.SayAsync(http, 401, "give it to me");
        }));
        var run = await RunAsync(folder, "heal");
        Assert.That((run.ExitCode, string.Join(' ', given)), Is.EqualTo((2, "")));
        Assert.That(run.Errors, Does.Contain("its name is not orders.token"));
    }

    [Test]
    public async Task A_cluster_whose_lab_ports_would_be_too_high_is_not_started()
    {
        using var folder = new TestFolder();
        var run = await CliRun.OfAsync(
            "up", "--lab", "--ports-from", "65000", "--data", folder.File("data"), "--address", folder.Address.ToString());
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.Contain("--lab: the port of frontend1 is 65000"));
        Assert.That(Directory.Exists(folder.File("data")), Is.False);
    }

    private static Task<CliRun> RunAsync(TestFolder folder, string line) =>
        CliRun.OfAsync(["fault", .. line.Split(' '), "--url", $"http://{folder.Address}:8080"]);

    private static async Task<WebApplication> ServeAsync(TestFolder folder, Action<WebApplication> map, int control = 8080)
    {
        var web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), new NodeAddress(folder.Address, 8080)).Build();
        web.MapGet("/status", http => http.Response.WriteAsync($$"""{"control":"http://{{folder.Address}}:{{control}}/"}"""));
        map(web);
        await web.StartAsync();
        return web;
    }
}
