using Dams.Tests.Processes.Browser;
using Dams.Tests.Processes.ThirdParty;


namespace Dams.Tests.Processes.Page;

/// <summary>
/// The status page in a browser, for a cluster whose first replica lies. <c>DAMS_SCREENSHOTS</c> names a folder for screenshots.
/// </summary>
[Parallelizable]
internal sealed class StatusPageTests : ClusterFixture
{
    private const string Liar = "replica1";
    private const int Clients = 4;

    /// <summary>A two-faced liar is outvoted but never replaced, so it lies during all tests.</summary>
    protected override async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.UpAsync(isLab: true);
        await cluster.FaultAsync("lie 1 --kind two-faced");
        return cluster;
    }

    [OneTimeSetUp]
    public void RequireBrowser() => ThirdPartyClientTests.RequireInstalled("Chromium", Chromium.IsInstalled());

    private static Uri PageOf(TestCluster cluster) => new(cluster.Service, "/");

    private static async Task KeepPictureAsync(ChromiumPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("DAMS_SCREENSHOTS") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name), await page.ScreenshotAsync());
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
        await using var browser = await Chromium.StartAsync();
        var page = await browser.OpenAsync(PageOf(cluster), width, height, isPhone, isDark);
        await page.IsTrueAsync("document.querySelectorAll('#requests td.wrong').length > 0 "
            + "&& document.querySelector('#events').innerText.includes('Reply wrong')");
        await page.IsTrueAsync("document.querySelector('#rate').innerText !== '–'");
        await KeepPictureAsync(page, $"status-page-{width}{(isDark ? "-dark" : "")}.png");
        var shown = await page.TextAsync("#replicas");
        var versions = cluster.Topology.Replicas.Select(replica => replica.Versions[0]);
        Assert.That(versions.Where(version => !shown.Contains(version, StringComparison.Ordinal)), Is.Empty, "versions not shown");
        Assert.That(await page.TextAsync("#headline"), Does.Contain($"Answering correctly, {Liar} outvoted"));
        // On a busy machine one of its replies may also be late, so that it is suspected.
        Assert.That(
            await page.TextAsync("#replicas tr.liar"), Does.Contain(Liar).And.Contain("✗ wrong").And.Match("active|suspected"));
        Assert.That(await page.CountAsync("document.querySelectorAll('#replicas tr.liar').length"), Is.EqualTo(1));
        Assert.That(await page.CountAsync("document.querySelectorAll('#requests tbody tr').length"), Is.EqualTo(50));
        var liars = await page.EvaluateAsync(
            "new Set([...document.querySelectorAll('#requests td.wrong')].map(cell => cell.dataset.label)).size");
        Assert.That(liars, Is.EqualTo("1"));
        Assert.That(await page.EvaluateAsync("document.querySelector('#requests td.wrong').dataset.label"), Is.EqualTo(Liar));
        var wrongCell = await page.EvaluateAsync("document.querySelector('#requests td.wrong').textContent");
        Assert.That(wrongCell, Does.Match("^✗ [0-9a-f]{6} wrong$"), "a wrong reply is marked by text, not by colour alone");
        Assert.That(await page.TextAsync("#events"), Does.Contain("Front end started").And.Contain($"{Liar} gave a wrong reply to"));
        Assert.That(await page.TextAsync("#connection"), Does.Contain("live"));
        var text = await page.EvaluateAsync("document.documentElement.textContent");
        Assert.That(text, Does.Not.Match("(MTL|QUE|SHE)[AP][0-9]{4}"), "the page names no patient or admin");
        Assert.That(await page.CountAsync("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width), "the page fits the window");
        Assert.That(page.Problems, Is.Empty);
        await clients.CheckAsync();
    }

    [Test]
    public async Task The_hold_button_freezes_the_list_of_requests()
    {
        var cluster = await ClusterAsync();
        await using var browser = await Chromium.StartAsync();
        var page = await browser.OpenAsync(PageOf(cluster), 1280, 1000);
        await page.IsTrueAsync("document.querySelectorAll('#requests tbody td').length > 1");
        await page.EvaluateAsync("document.querySelector('#hold').click()");
        var held = await page.TextAsync("#requests tbody tr");
        var clients = await BookingClients.StartAsync(cluster, 1, seed: 3);
        await clients.AnsweredAsync(20);
        await clients.StopAsync();
        var requests = (await cluster.StatusAsync()).Counters.Requests;
        await page.IsTrueAsync($"Number(document.querySelector('#requests-count').innerText.replace(/,/g, '')) >= {requests}");
        Assert.That(await page.TextAsync("#requests tbody tr"), Is.EqualTo(held));
        await page.EvaluateAsync("document.querySelector('#hold').click()");
        var heldJson = System.Text.Json.JsonSerializer.Serialize(held);
        await page.IsTrueAsync($"document.querySelector('#requests tbody tr').innerText !== {heldJson}");
    }

    [Test]
    public async Task The_page_shows_events_live_and_reconnects_after_a_lost_connection()
    {
        await using var cluster = await TestCluster.UpAsync();
        await using var browser = await Chromium.StartAsync();
        var page = await browser.OpenAsync(PageOf(cluster), 1280, 1000);
        await page.IsTrueAsync("document.querySelector('#headline').innerText.includes('Answering, with all 4 replicas')");
        cluster.Kill((await cluster.StatusAsync()).Sequencer!.Id!);
        // There is a new epoch, whether the standby takes over or the killed sequencer is back before that.
        await page.IsTrueAsync("document.querySelector('#events').innerText.includes(', after epoch') "
            + "&& document.querySelector('#failovers').innerText === '1 failover'");
        Assert.That(page.Problems, Is.Empty);
        // The front end is paused, not killed, so that it stays away until the page notices.
        cluster.Pause("frontend1");
        await page.IsTrueAsync("document.querySelector('#connection').innerText.includes('no connection to the front end since')");
        cluster.Kill("frontend1");
        await page.IsTrueAsync("document.querySelector('#connection').innerText.includes('live') "
            + "&& document.querySelector('#failovers').innerText === '0 failovers'");
        await page.IsTrueAsync("document.querySelector('#events').innerText.includes('Front end started') "
            + "&& !document.querySelector('#events').innerText.includes(', after epoch')");
    }
}
