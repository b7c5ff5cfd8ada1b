using System.Net;
using System.Net.ServerSentEvents;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Page;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Status;

/// <summary>The event stream over real HTTP, with a clock that the tests move.</summary>
public sealed class ClusterEventStreamTests
{
    private static readonly BootId s_boot = new(0xb1);

    private FakeTimeProvider _time = null!;
    private TestFolder _folder = null!;
    private ClusterEventJournal _journal = null!;
    private CancellationTokenSource _stopping = null!;
    private WebApplication _web = null!;
    private HttpClient _http = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new TestFolder();
        _time = new FakeTimeProvider();
        _journal = new ClusterEventJournal(s_boot, _time, NullLogger.Instance);
        _stopping = new CancellationTokenSource();
        _web = NodeWeb.CreateBuilder(NullLoggerFactory.Instance, new ClusterLimits(), new NodeAddress(_folder.Address, 8080)).Build();
        _web.MapGet("/events", new ClusterEventStream(_journal, _time, _stopping.Token).ServeAsync);
        _web.MapGet("/", StatusPage.ServeAsync);
        await _web.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri($"http://{_folder.Address}:8080"), Timeout = Eventually.Limit };
    }

    [TearDown]
    public async Task Stop()
    {
        await _stopping.CancelAsync();
        _http.Dispose();
        await _web.DisposeAsync();
        _stopping.Dispose();
        _folder.Dispose();
    }

    private async Task<Reader> OpenAsync(string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events" + query);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That(
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType), Is.EqualTo((HttpStatusCode.OK, "text/event-stream")));
        var reader = new Reader(answer, SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
        Assert.That((await reader.NextAsync())!.Value.EventType, Is.EqualTo("heartbeat"), "a reader learns at once that it is connected");
        return reader;
    }

    [Test]
    public async Task An_event_has_its_id_its_kind_and_its_JSON()
    {
        using var reader = await OpenAsync();
        _journal.Write(
            ClusterEventKind.SequencerChanged, "sequencer2", "orders now, instead of sequencer1",
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var item = (await reader.NextAsync())!.Value;
        Assert.That((item.EventId, item.EventType), Is.EqualTo(("00b1-1", "sequencerChanged")));
        Assert.That(item.Data, Is.EqualTo("""
            {"id":1,"time":"2026-01-02T03:04:05+00:00","kind":"sequencerChanged","node":"sequencer2",
            """ + """
            "text":"orders now, instead of sequencer1"}
            """));
    }

    [TestCase("?after=1", null, "00b1-2")]
    [TestCase("", "1", "00b1-2")]
    [TestCase("", "00b1-1", "00b1-2")]
    [TestCase("?after=00b1-2", null, "00b1-3")]
    [TestCase("?after=0", "00b1-2", "00b1-3")]
    [TestCase("", "00b0-2", "00b1-1", Description = "an id of an earlier boot of the front end")]
    public async Task A_stream_resumes_after_the_last_id_that_the_reader_saw(string query, string? lastEventId, string first)
    {
        for (var i = 0; i < 3; i++)
            _journal.Write(ClusterEventKind.Alarm, "manager1", "something");
        using var reader = await OpenAsync(query, lastEventId);
        Assert.That((await reader.NextAsync())!.Value.EventId, Is.EqualTo(first));
    }

    [Test]
    public async Task A_reader_learns_how_many_events_it_missed()
    {
        for (var i = 0; i < ClusterEventJournal.Kept + 4; i++)
            _journal.Write(ClusterEventKind.Alarm, "manager1", "something");
        using var reader = await OpenAsync("?after=1");
        var missed = (await reader.NextAsync())!.Value;
        Assert.That((missed.EventType, missed.Data), Is.EqualTo(("missed", """{"missed":3}""")));
        Assert.That((await reader.NextAsync())!.Value.EventId, Is.EqualTo("00b1-5"));
    }

    [Test]
    public async Task A_silent_stream_has_a_heartbeat()
    {
        using var reader = await OpenAsync();
        _time.Advance(ClusterEventStream.HeartbeatInterval);
        Assert.That((await reader.NextAsync())!.Value.EventType, Is.EqualTo("heartbeat"));
        _time.Advance(ClusterEventStream.HeartbeatInterval);
        Assert.That((await reader.NextAsync())!.Value.EventType, Is.EqualTo("heartbeat"));
    }

    [Test]
    public async Task The_stream_ends_when_the_process_stops()
    {
        using var reader = await OpenAsync();
        await _stopping.CancelAsync();
        Assert.That(await reader.NextAsync(), Is.Null);
    }

    [Test]
    public async Task A_reader_too_many_is_refused_until_one_leaves()
    {
        var readers = new List<Reader>();
        for (var i = 0; i < ClusterEventJournal.SharePerReader; i++)
            readers.Add(await OpenAsync());
        using (var refused = await _http.GetAsync(new Uri("/events", UriKind.Relative)))
        {
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(await refused.Content.ReadAsStringAsync(), Does.StartWith("this machine follows the events 16 times already"));
        }

        readers.ForEach(reader => reader.Dispose());
        await Eventually.IsTrueAsync(() =>
        {
            using var subscription = _journal.TrySubscribe(null, "this machine", out _);
            return subscription is not null;
        });
    }

    [TestCase("?after=x")]
    [TestCase("?after=-1")]
    [TestCase("?after=1-x")]
    public async Task An_invalid_id_is_refused(string query)
    {
        using var refused = await _http.GetAsync(new Uri("/events" + query, UriKind.Relative));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("?after= must be"));
    }

    [Test]
    public async Task The_page_loads_nothing_and_allows_nothing_but_itself()
    {
        using var answer = await _http.GetAsync(new Uri("/", UriKind.Relative));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.That(page, Does.Not.Contain("{{").And.Not.Match(@"(src|href)\s*=\s*""(https?:)?//")
            .And.Not.Contain("@import").And.Not.Contain("url("));
        Assert.That(page, Does.Not.Match(@"\son\w+\s*=").And.Not.Match(@"\sstyle\s*=").And.Not.Contain("innerHTML"));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.StartWith("default-src 'none'; script-src 'sha256-")
            .And.Not.Contain("unsafe").And.Contain("frame-ancestors 'none'"));
    }

    private sealed class Reader(HttpResponseMessage answer, IAsyncEnumerator<SseItem<string>> items) : IDisposable
    {
        /// <summary>The next event; null at the end of the stream.</summary>
        public async Task<SseItem<string>?> NextAsync() =>
            await items.MoveNextAsync().AsTask().WaitAsync(Eventually.Limit) ? items.Current : null;

        public void Dispose() => answer.Dispose();
    }
}
