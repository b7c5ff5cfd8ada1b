using System.Globalization;
using Dams.Tests.Processes.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Dams.Tests.Processes.Page;

/// <summary>
/// The status page in a browser, for a cluster whose first replica lies. <c>DAMS_SCREENSHOTS</c> names a folder for screenshots.
/// </summary>
[Parallelizable]
internal sealed class StatusPageTests : ClusterFixture
{
    private const string Liar = "replica1";
    private const int Clients = 4;

    private Chromium _browser = null!;

    /// <summary>A two-faced liar is outvoted but never replaced, so it lies during all tests.</summary>
    protected override async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.UpAsync(isLab: true);
        await cluster.FaultAsync("lie 1 --kind two-faced");
        return cluster;
    }

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

    private static Uri PageOf(TestCluster cluster) => new(cluster.Service, "/");

    private static async Task KeepPictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("DAMS_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name) });
    }

    [TestCase(1280, 1000, false, false)]
    [TestCase(1280, 1000, false, true)]
    [TestCase(768, 1024, false, false)]
    [TestCase(390, 844, true, false)]
    public async Task The_page_shows_the_versions_and_the_liar_and_fits_the_window(int width, int height, bool isPhone, bool isDark)
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: width + (isDark ? 1 : 0));
        await clients.AnsweredAsync(100);
        var page = await _browser.OpenAsync(PageOf(cluster), width, height, isPhone, isDark);
        await Expect(page.Locator("#requests td.wrong").First).ToBeAttachedAsync();
        await Expect(page.Locator("#events")).ToContainTextAsync("Reply wrong");
        await Expect(page.Locator("#rate")).Not.ToHaveTextAsync("–");
        await KeepPictureAsync(page, $"status-page-{width}{(isDark ? "-dark" : "")}.png");
        foreach (var replica in cluster.Topology.Replicas)
            await Expect(page.Locator("#replicas")).ToContainTextAsync(replica.Versions[0]);
        Assert.That(await page.InnerTextAsync("#headline"), Does.Contain($"Answering correctly, {Liar} outvoted"));
        // On a busy machine one of its replies may also be late, so that it is suspected.
        Assert.That(
            await page.InnerTextAsync("#replicas tr.liar"), Does.Contain(Liar).And.Contain("✗ wrong").And.Match("active|suspected"));
        Assert.That(await page.Locator("#replicas tr.liar").CountAsync(), Is.EqualTo(1));
        Assert.That(await page.Locator("#requests tbody tr").CountAsync(), Is.EqualTo(50));
        var liars = await page.EvaluateAsync<string[]>(
            "[...new Set([...document.querySelectorAll('#requests td.wrong')].map(cell => cell.dataset.label))]");
        Assert.That(liars, Is.EqualTo(new[] { Liar }));
        var wrongCell = await page.TextContentAsync("#requests td.wrong");
        Assert.That(wrongCell, Does.Match("^✗ [0-9a-f]{6} wrong$"), "a wrong reply is marked by text, not by colour alone");
        Assert.That(await page.InnerTextAsync("#events"), Does.Contain("Front end started").And.Contain($"{Liar} gave a wrong reply to"));
        Assert.That(await page.InnerTextAsync("#connection"), Does.Contain("live"));
        var text = await page.TextContentAsync("html");
        Assert.That(text, Does.Not.Match("(MTL|QUE|SHE)[AP][0-9]{4}"), "the page names no patient or admin");
        var pageWidth = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.That(pageWidth, Is.LessThanOrEqualTo(width), "the page fits the window");
        Assert.That(await Chromium.ProblemsOfAsync(page), Is.Empty);
        await clients.CheckAsync();
    }

    [Test]
    public async Task The_hold_button_freezes_the_list_of_requests()
    {
        var cluster = await ClusterAsync();
        var page = await _browser.OpenAsync(PageOf(cluster), 1280, 1000);
        await Expect(page.Locator("#requests tbody td").Nth(1)).ToBeAttachedAsync();
        await page.ClickAsync("#hold");
        var held = await page.InnerTextAsync("#requests tbody tr");
        var clients = await BookingClients.StartAsync(cluster, 1, seed: 3);
        await clients.AnsweredAsync(20);
        await clients.StopAsync();
        var requests = (await cluster.StatusAsync()).Counters.Requests;
        await Expect(page.Locator("#requests-count")).ToHaveTextAsync(requests.ToString("N0", CultureInfo.InvariantCulture));
        Assert.That(await page.InnerTextAsync("#requests tbody tr"), Is.EqualTo(held));
        await page.ClickAsync("#hold");
        await Expect(page.Locator("#requests tbody tr").First).Not.ToHaveTextAsync(held, new() { UseInnerText = true });
    }

    [Test]
    public async Task The_page_shows_events_live_and_reconnects_after_a_lost_connection()
    {
        await using var cluster = await TestCluster.UpAsync();
        var page = await _browser.OpenAsync(PageOf(cluster), 1280, 1000);
        await Expect(page.Locator("#headline")).ToContainTextAsync("Answering, with all 4 replicas");
        cluster.Kill((await cluster.StatusAsync()).Sequencer!.Id!);
        // There is a new epoch, whether the standby takes over or the killed sequencer is back before that.
        await Expect(page.Locator("#events")).ToContainTextAsync(", after epoch");
        await Expect(page.Locator("#failovers")).ToHaveTextAsync("1 failover");
        Assert.That(await Chromium.ProblemsOfAsync(page), Is.Empty);
        // The front end is paused, not killed, so that it stays away until the page notices.
        cluster.Pause("frontend1");
        await Expect(page.Locator("#connection")).ToContainTextAsync("no connection to the front end since");
        cluster.Kill("frontend1");
        await Expect(page.Locator("#connection")).ToContainTextAsync("live");
        await Expect(page.Locator("#failovers")).ToHaveTextAsync("0 failovers");
        await Expect(page.Locator("#events")).ToContainTextAsync("Front end started");
        await Expect(page.Locator("#events")).Not.ToContainTextAsync(", after epoch");
    }
}
