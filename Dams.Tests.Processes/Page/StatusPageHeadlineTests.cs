using Dams.Tests.Processes.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Dams.Tests.Processes.Page;

/// <summary>The status page in a browser, with a made-up status instead of a cluster.</summary>
[Parallelizable]
public sealed class StatusPageHeadlineTests
{
    private const string Incarnation = "fd1e4511de5b056a";
    private const string Whole = "Answering, with all 4 replicas";
    private const string Outvoted = "Answering correctly, replica2 outvoted";

    private Chromium _browser = null!;

    [OneTimeSetUp]
    public async Task StartBrowser() => _browser = await Chromium.StartAsync();

    [OneTimeTearDown]
    public async Task StopBrowser()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
    }

    [TearDown]
    public Task ClosePages() => _browser.ClosePagesAsync();

    private static string StatusWith(string second, string state = "active", bool votes = true) => $$"""
        {"cluster":"test","release":"1","processId":1,"epoch":"1.1","sequencer":{"id":"sequencer1","active":true,"standbys":["sequencer2"]}
        """ + $$"""
        ,"sequence":123456,"committed":123456,"durability":"disk",
         "replicas":[{{ReplicaWith(1, $"\"incarnation\":\"{Incarnation}\"")}},{{ReplicaWith(2, second, state, votes)}}
        """ + $$"""
        ,{{ReplicaWith(3, $"\"incarnation\":\"{Incarnation}\"")}},{{ReplicaWith(4, $"\"incarnation\":\"{Incarnation}\"")}}],
         "managers":[],"counters":{"requests":1,"answered":1,"faults":0,"wrongReplies":0,"missingReplies":0,"replacements":0
        """ + """
        ,"failovers":0},"alarms":[],"eventCounts":{},"events":[]}
        """;

    private static string ReplicaWith(int number, string incarnation, string state = "active", bool votes = true) => $$"""
        {"id":"replica{{number}}","engine":"Relational","state":"{{state}}","votes":{{(votes ? "true" : "false")}},{{incarnation}}
        """ + $$"""
        ,"executed":123456,"digest":"{{Incarnation}}","digestAt":123000,"differs":false,"wrong":0,"silent":0,"restarts":0,"replacements":0}
        """;

    private static string RequestWith(int sequence, string verdict) => $$"""
        [{"sequence":{{sequence}},"time":"2026-01-02T03:04:05Z","operation":"BookAppointment","outcome":"Booked","isAnswered":true
        """ + $$"""
        ,"milliseconds":1.5,
          "replicas":[{"id":"replica1","incarnation":"{{Incarnation}}","digest":"aaaaaaaa","verdict":"right"}
        """ + $$"""
        ,{"id":"replica2","incarnation":"{{Incarnation}}","digest":"bbbbbbbb","verdict":"{{verdict}}"}]}]
        """;

    private static Task SaysAsync(IPage page, string headline) => Expect(page.Locator("#headline .words")).ToHaveTextAsync(headline);

    [Test]
    public async Task A_liar_is_named_until_another_incarnation_is_in_its_seat()
    {
        await using var server = await StatusPageServer.StartAsync();
        (server.Status, server.Requests) = (StatusWith($"\"incarnation\":\"{Incarnation}\""), RequestWith(7, "wrong"));
        var page = await server.OpenAsync(_browser);
        await SaysAsync(page, Outvoted);
        Assert.That(await page.Locator("#replicas tr.liar").CountAsync(), Is.EqualTo(1));
        server.Status = StatusWith("\"incarnation\":\"2\"");
        await SaysAsync(page, Whole);
        Assert.That(await page.Locator("#replicas tr.liar").CountAsync(), Is.Zero);
        server.Status = StatusWith("\"boot\":\"5\"");
        await SaysAsync(page, Outvoted);
        Assert.That(await Chromium.ProblemsOfAsync(page), Is.Empty);
    }

    [TestCase("degraded", true, "Answering correctly, replica2 degraded")]
    [TestCase("suspected", true, "Answering correctly, replica2 suspected")]
    [TestCase("suspected", false, "Answering correctly, without replica2")]
    [TestCase("joining", false, "Answering correctly, without replica2")]
    public async Task The_headline_distinguishes_a_replica_that_does_not_vote_from_a_doubted_voter(
        string state, bool votes, string headline)
    {
        await using var server = await StatusPageServer.StartAsync();
        (server.Status, server.Requests) = (StatusWith($"\"incarnation\":\"{Incarnation}\"", state, votes), RequestWith(7, "right"));
        await SaysAsync(await server.OpenAsync(_browser), headline);
    }

    [Test]
    public async Task A_lie_that_begins_while_the_requests_are_held_is_in_the_headline()
    {
        await using var server = await StatusPageServer.StartAsync();
        (server.Status, server.Requests) = (StatusWith($"\"incarnation\":\"{Incarnation}\""), RequestWith(7, "right"));
        var page = await server.OpenAsync(_browser);
        await SaysAsync(page, Whole);
        await page.ClickAsync("#hold");
        server.Requests = RequestWith(8, "wrong");
        await SaysAsync(page, Outvoted);
        Assert.That(await page.InnerTextAsync("#requests tbody tr"), Does.Contain("#7").And.Not.Contain("wrong"));
        await page.ClickAsync("#hold");
        await Expect(page.Locator("#requests tbody tr").First).ToContainTextAsync("#8");
    }

    [Test]
    public async Task Events_of_a_restarted_front_end_replace_the_earlier_ones()
    {
        await using var server = await StatusPageServer.StartAsync();
        server.Status = StatusWith($"\"incarnation\":\"{Incarnation}\"");
        server.Events = _ => Event("b1", 7, "was there before");
        var page = await server.OpenAsync(_browser);
        await Expect(page.Locator("#events")).ToContainTextAsync("was there before");
        server.Events = asked => asked.Headers["Last-Event-ID"] == "b1-7" ? Event("b2", 1, "was started again") : ": nothing happens\n\n";
        await Expect(page.Locator("#events")).ToContainTextAsync("was started again");
        Assert.That(await page.InnerTextAsync("#events"), Does.Not.Contain("was there before"));

        static string Event(string life, int number, string text) =>
            $$"""
            retry: 100
            event: frontEndStarted
            id: {{life}}-{{number}}
            data: {"id":{{number}},"time":"2026-01-02T03:04:05Z","kind":"frontEndStarted","node":"frontend1","text":"{{text}}"}


            """;
    }

    [TestCase(360)]
    [TestCase(601)]
    [TestCase(768)]
    [TestCase(1000)]
    [TestCase(1120)]
    [TestCase(1280)]
    public async Task The_page_fits_into_the_window_at_any_width(int width)
    {
        await using var server = await StatusPageServer.StartAsync();
        (server.Status, server.Requests) = (StatusWith($"\"incarnation\":\"{Incarnation}\""), RequestWith(7, "wrong"));
        var page = await server.OpenAsync(_browser, width);
        await SaysAsync(page, Outvoted);
        await Expect(page.Locator("#requests tbody td").Nth(1)).ToBeAttachedAsync();
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width));
    }

    [Test]
    public async Task Errors_of_the_script_rejected_styles_and_missing_files_are_problems_of_the_page()
    {
        await using var server = await StatusPageServer.StartAsync();
        var page = await server.OpenAsync(_browser);
        Assert.That(await Chromium.ProblemsOfAsync(page), Is.Empty);
        await page.EvaluateAsync("document.body.setAttribute('style', 'color: red')");
        await page.EvaluateAsync("setTimeout(() => { throw new Error('planted'); })");
        await page.RunAndWaitForConsoleMessageAsync(
            () => page.EvaluateAsync("fetch('/missing')"), new() { Predicate = message => message.Text.Contains("404") });
        Assert.That(
            await Chromium.ProblemsOfAsync(page),
            Has.Count.EqualTo(3).And.One.Contains("Content Security Policy").And.One.Contains("planted").And.One.Contains("404"));
    }
}
