using System.Text;
using Dams.Contracts.Domain;
using Dams.Hosting.Topology;
using Dams.Service;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Soap.Http;

/// <summary>Bodies that are too long, broken, slow or cut off. They are the client's doing: the log says so in one line at Debug.</summary>
public sealed class BrokenBodyTests
{
    private static readonly string s_valid = SoapMessage.Envelope(SoapMessage.Add);
    private static readonly int s_limit = new ClusterLimits().RequestBytesMax;
    private static readonly TimeSpan s_logPatience = TimeSpan.FromSeconds(10);

    [TestCase(0, 7)]
    [TestCase(0, 100)]
    [TestCase(0, 8_000)]
    [TestCase(0, 300_000)]
    [TestCase(1, 100)]
    [TestCase(1, 300_000)]
    public async Task The_limit_counts_the_bytes_of_a_body_in_chunks_of_any_size(int excess, int chunk)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var body = Padded(s_limit + excess);
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head("Transfer-Encoding: chunked") + Chunked(body, chunk));
        AssertLimit(await raw.ReadAsync(), excess);
        AssertQuiet(server, excess);
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task The_limit_counts_the_bytes_of_a_body_of_stated_length(int excess)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head($"Content-Length: {s_limit + excess}") + Padded(s_limit + excess));
        AssertLimit(await raw.ReadAsync(), excess);
        AssertQuiet(server, excess);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_client_that_writes_ten_megabytes_before_it_reads_gets_the_fault(bool isChunked)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        var body = Padded(10_000_000);
        await raw.SendAsync(isChunked
            ? Head("Transfer-Encoding: chunked") + Chunked(body, 4096)
            : Head($"Content-Length: {body.Length}") + body);
        AssertLimit(await raw.ReadAsync(), 1);
        AssertQuiet(server, 1);
    }

    [Test]
    public async Task The_next_request_on_the_connection_is_answered_after_a_body_over_the_limit()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head($"Content-Length: {s_limit + 1}") + Padded(s_limit + 1));
        await raw.SendAsync(Head($"Content-Length: {s_valid.Length}") + s_valid);
        Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(413));
        Assert.That((await raw.ReadAsync()).Soap.Result("outcome"), Is.EqualTo("Added"));
    }

    [Test]
    public async Task Chunks_that_are_nearly_all_framing_end_with_a_fault_and_not_with_the_memory()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        var extension = Encoding.ASCII.GetBytes(new string('x', 1_000_000));
        await raw.SendAsync(Head("Transfer-Encoding: chunked") + "1;");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 70; i++)
            await raw.SendAsync(extension);
        var answer = await raw.ReadAsync();
        Assert.That((answer.Status, answer.Soap.Fault("code")), Is.EqualTo((413, "InvalidRequest")), answer.Body);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(20_000_000));
        AssertQuiet(server, 1);
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        static TestCaseData Of(string name, string header, string body) => new TestCaseData(header, body).SetArgDisplayNames(name);
        const string Chunks = "Transfer-Encoding: chunked";
        yield return Of("no chunk size", Chunks, "zz\r\n");
        yield return Of("chunk size beyond int", Chunks, "fffffffffff\r\n");
        yield return Of("negative chunk size", Chunks, "-5\r\n");
        yield return Of("chunk without its line end", Chunks, "3\r\nabcde");
        yield return Of("bad trailer", Chunks, Chunk(s_valid) + "0\r\nno colon here\r\n\r\n");
        yield return Of("very long trailer", Chunks, Chunk(s_valid) + $"0\r\na: {new string('b', 40_000)}\r\n\r\n");
    }

    [TestCaseSource(nameof(Broken))]
    public async Task A_badly_framed_body_gets_a_fault_with_400_and_ends_the_connection(string header, string body)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        // The connection must end, because nobody knows where another request would begin.
        await raw.SendAsync(Head(header) + body);
        var answer = await raw.ReadAsync();
        Assert.That((answer.Status, answer.Soap.Code, answer.Soap.Fault("code"), answer.Soap.Fault("execution")),
            Is.EqualTo((400, "Client", "InvalidRequest", "NotExecuted")), answer.Body);
        Assert.That(answer.Soap.Reason, Does.StartWith("The message was not received whole: "));
        Assert.That((answer.IsClosing, await raw.IsEndedAsync()), Is.EqualTo((true, true)));
        AssertQuiet(server, 1);
    }

    [Test]
    public async Task A_trailer_with_a_zero_ends_the_connection_and_is_one_line_at_debug()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head("Transfer-Encoding: chunked") + Chunk(s_valid) + "0\r\na: b\0c\r\n\r\n");
        Assert.That(await raw.IsEndedAsync(), Is.True);
        AssertQuiet(server, 1);
    }

    [TestCase("POST", "text/plain", 415)]
    [TestCase("PUT", "text/xml", 405)]
    public async Task A_trailer_with_a_zero_in_a_request_that_is_refused_unread_is_no_error(string method, string contentType, int status)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(
            $"{method} /FrontEnd HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Chunk(s_valid));
        Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(status));
        await raw.SendAsync("0\r\na: b\0c\r\n\r\n");
        Assert.That(await raw.IsEndedAsync(), Is.True);
        AssertNoProblem(server);
    }

    // Kestrel takes the end of what a client sends for the end of the connection, so no answer is possible.
    [TestCase("Content-Length: 1000", "")]
    [TestCase("Content-Length: 1000", "<half")]
    [TestCase("Transfer-Encoding: chunked", "")]
    [TestCase("Transfer-Encoding: chunked", "3e8\r\n<half")]
    public async Task A_body_that_ends_early_ends_the_connection_and_is_one_line_at_debug(string header, string body)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head(header) + body);
        raw.EndSending();
        Assert.That(await raw.IsEndedAsync(), Is.True);
        await Eventually.IsTrueAsync(() => OwnLines(server).Count > 0);
        AssertQuiet(server, 1);
    }

    [TestCase("/AppointmentService", "Content-Length: 1000", "<half")]
    [TestCase("/AppointmentService", "Transfer-Encoding: chunked", "3e8\r\n<half")]
    [TestCase("/FrontEnd", "Content-Length: 1000", "<half")]
    public async Task A_reset_in_the_middle_of_a_body_is_one_line_at_debug(string path, string header, string body)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using (var raw = await RawHttp.ConnectAsync(server.BaseAddress))
        {
            await raw.SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: text/xml\r\n{header}\r\n\r\n");
            Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(100), "the server reads the body");
            await raw.SendAsync(body);
            raw.Reset();
        }

        await Eventually.IsTrueAsync(() => OwnLines(server).Count > 0);
        AssertQuiet(server, 1);
    }

    [TestCase("Content-Length: 1000", "<half")]
    [TestCase("Transfer-Encoding: chunked", "3e8\r\n<half")]
    public async Task A_body_that_is_too_slow_gets_a_fault_with_408(string header, string body)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), configure: builder =>
            builder.Services.Configure<KestrelServerOptions>(kestrel =>
                kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.1))));
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head(header) + body);
        var answer = await raw.ReadAsync();
        Assert.That(
            (answer.Status, answer.Soap.Code, answer.Soap.Fault("code"), answer.IsClosing),
            Is.EqualTo((408, "Client", "InvalidRequest", true)),
            answer.Body);
        Assert.That(answer.Soap.Reason, Is.EqualTo("The message came too slowly, so the server stopped receiving it."));
        AssertQuiet(server, 1);
    }

    [Test]
    public async Task A_client_that_expects_100_sends_its_body_after_it()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(Head($"Content-Length: {s_valid.Length}\r\nExpect: 100-continue"));
        Assert.That((await raw.ReadAsync()).Status, Is.EqualTo(100));
        await raw.SendAsync(s_valid);
        Assert.That((await raw.ReadAsync()).Soap.Result("outcome"), Is.EqualTo("Added"));
    }

    [TestCase("text/xml", "Content-Length: 9999999", 413)]
    [TestCase("application/json", "Content-Length: 20", 415)]
    [TestCase("application/json", "Transfer-Encoding: chunked", 415)]
    public async Task A_client_that_expects_100_gets_a_refusal_instead_of_it_and_the_connection_ends(
        string contentType, string header, int status)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var raw = await RawHttp.ConnectAsync(server.BaseAddress);
        await raw.SendAsync(
            $"POST /AppointmentService HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\n"
            + $"{header}\r\nExpect: 100-continue\r\n\r\n");
        var answer = await raw.ReadAsync();
        Assert.That((answer.Status, answer.IsClosing), Is.EqualTo((status, true)), answer.Body);
        AssertQuiet(server, 1);
    }

    [Test]
    public async Task A_client_that_leaves_before_its_answer_is_one_line_at_debug()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var executor = new ScriptedExecutor(async (_, _, ct) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException("this call never ends by itself");
        });
        await using var server = await SoapTestServer.StartAsync(executor);
        using (var raw = await RawHttp.ConnectAsync(server.BaseAddress))
        {
            await raw.SendAsync(Head($"Content-Length: {s_valid.Length}") + s_valid);
            await arrived.Task;
            raw.Reset();
        }

        await Eventually.IsTrueAsync(() => OwnLines(server).Count > 0);
        AssertQuiet(server, 1);
    }

    [Test]
    public async Task A_client_that_leaves_in_the_middle_of_its_answer_is_no_error()
    {
        Assert.That(AppointmentId.TryParse("MTLE210422", out var id), Is.True);
        var slot = new SlotAvailability(new Slot(id, AppointmentType.Dental), 2, 1);
        var executor = new ScriptedExecutor((_, _, _) =>
            ValueTask.FromResult(new ExecutedReply(new ListReply([.. Enumerable.Repeat(slot, 200_000)]), 1)));
        await using var server = await SoapTestServer.StartAsync(executor);
        using (var raw = await RawHttp.ConnectAsync(server.BaseAddress))
        {
            var list = SoapMessage.Envelope(BadInputTests.Call(
                "ListAppointmentAvailability", ("callerId", "MTLA1234"), ("appointmentType", "Dental")));
            await raw.SendAsync(Head($"Content-Length: {list.Length}") + list);
            Assert.That(await raw.IsEndedAsync(), Is.False, "the answer has begun");
            raw.Reset();
        }

        await Eventually.IsTrueAsync(
            () => server.Records.Any(line => line.Message.StartsWith("Request finished", StringComparison.Ordinal)));
        AssertNoProblem(server);
    }

    private static string Head(string headers) =>
        $"POST /AppointmentService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n{headers}\r\n\r\n";

    private static string Padded(int length) => s_valid + new string(' ', length - s_valid.Length);

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static string Chunked(string text, int size) =>
        string.Concat(text.Chunk(size).Select(part => Chunk(new string(part)))) + "0\r\n\r\n";

    private static void AssertLimit(RawAnswer answer, int excess)
    {
        if (excess == 0)
        {
            Assert.That(answer.Soap.Result("outcome"), Is.EqualTo("Added"), answer.Body);
            return;
        }

        Assert.That(
            (answer.Status, answer.Soap.Code, answer.Soap.Fault("code"), answer.Soap.Fault("execution"), answer.Soap.Reason),
            Is.EqualTo((413, "Client", "InvalidRequest", "NotExecuted", $"The message is longer than {s_limit} bytes.")));
    }

    private static List<string> OwnLines(SoapTestServer server) =>
    [
        .. server.Records
            .Where(line => line.Category!.StartsWith("Dams.", StringComparison.Ordinal) && line.Level == LogLevel.Debug)
            .Select(line => line.Message),
    ];

    private static void AssertQuiet(SoapTestServer server, int lines)
    {
        // A line may come a moment after the connection has ended.
        SpinWait.SpinUntil(() => OwnLines(server).Count >= lines, s_logPatience);
        var own = OwnLines(server);
        Assert.That(own, Has.Count.EqualTo(lines), string.Join('\n', own));
        AssertNoProblem(server);
    }

    // The product writes the framework's lines from Warning on, and its own from Information or Debug on.
    private static void AssertNoProblem(SoapTestServer server)
    {
        Assert.That(
            server.Records.Where(line => line.Level >= LogLevel.Warning).Select(line => $"{line.Category}: {line.Message}"), Is.Empty);
        Assert.That(
            server.Records.Where(line => line.Category!.StartsWith("Dams.", StringComparison.Ordinal)).Select(line => line.Exception),
            Is.All.Null);
    }
}
