using Dams.Tests.Browser;
using Dams.Tests.Soap.ForeignClients;

namespace Dams.Tests.Processes;

/// <summary>The page at / in a browser, in front of a cluster whose first replica lies. <c>DAMS_SCREENSHOTS</c> is a folder for its pictures.</summary>
[Parallelizable]
internal sealed class StatusPageTests : ClusterFixture
{
    private const string Liar = "replica1";
    private const int Clients = 4;

    /// <summary>A liar that tells each asker something else is outvoted and never replaced: it goes on as long as the tests do.</summary>
    protected override async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.UpAsync(isLab: true);
        await cluster.FaultAsync("lie 1 --kind two-faced");
        return cluster;
    }

    [OneTimeSetUp]
    public void RequireBrowser() => ForeignClientTests.RequireInstalled("Chromium", Chromium.IsInstalled());

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
    public async Task The_page_shows_the_versions_and_the_liar_and_fits(int width, int height, bool isPhone, bool isDark)
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: width + (isDark ? 1 : 0));
        await clients.AnsweredAsync(100);
        await using var browser = await Chromium.StartAsync();
        var page = await browser.OpenAsync(PageOf(cluster), width, height, isPhone, isDark);
        await page.IsTrueAsync("document.querySelectorAll('#requests td.wrong').length > 0 && document.querySelector('#events').innerText.includes('Reply wrong')");
        await page.IsTrueAsync("document.querySelector('#rate').innerText !== '–'");
        await KeepPictureAsync(page, $"status-page-{width}{(isDark ? "-dark" : "")}.png");
        var shown = await page.TextAsync("#replicas");
        Assert.That(cluster.Topology.Replicas.Select(replica => replica.Versions[0]).Where(version => !shown.Contains(version, StringComparison.Ordinal)), Is.Empty);
        Assert.That(await page.TextAsync("#headline"), Does.Contain($"Answering correctly, {Liar} outvoted"));
        Assert.That(await page.TextAsync("#replicas tr.liar"), Does.Contain(Liar).And.Contain("✗ wrong").And.Match("active|suspected"), "on a busy machine a reply of it may be missed, too");
        Assert.That(await page.CountAsync("document.querySelectorAll('#replicas tr.liar').length"), Is.EqualTo(1));
        Assert.That(await page.CountAsync("document.querySelectorAll('#requests tbody tr').length"), Is.EqualTo(50));
        Assert.That(await page.EvaluateAsync("new Set([...document.querySelectorAll('#requests td.wrong')].map(cell => cell.dataset.label)).size"), Is.EqualTo("1"));
        Assert.That(await page.EvaluateAsync("document.querySelector('#requests td.wrong').dataset.label"), Is.EqualTo(Liar));
        Assert.That(await page.EvaluateAsync("document.querySelector('#requests td.wrong').textContent"), Does.Match("^✗ [0-9a-f]{6} wrong$"), "not by colour alone");
        Assert.That(await page.TextAsync("#events"), Does.Contain("Front end started").And.Contain($"{Liar} gave a wrong reply to"));
        Assert.That(await page.TextAsync("#connection"), Does.Contain("live"));
        Assert.That(await page.EvaluateAsync("document.documentElement.textContent"), Does.Not.Match("(MTL|QUE|SHE)[AP][0-9]{4}"), "nobody is named");
        Assert.That(await page.CountAsync("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width), "nothing is beside the window");
        Assert.That(page.Problems, Is.Empty);
        await clients.CheckAsync();
    }

    [Test]
    public async Task Requests_can_be_held()
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
        await page.IsTrueAsync($"Number(document.querySelector('#requests-count').innerText.replace(/,/g, '')) >= {(await cluster.StatusAsync()).Counters.Requests}");
        Assert.That(await page.TextAsync("#requests tbody tr"), Is.EqualTo(held));
        await page.EvaluateAsync("document.querySelector('#hold').click()");
        await page.IsTrueAsync($"document.querySelector('#requests tbody tr').innerText !== {System.Text.Json.JsonSerializer.Serialize(held)}");
    }

    [Test]
    public async Task Events_appear_as_they_happen_and_a_lost_connection_is_said_and_found_again()
    {
        await using var cluster = await TestCluster.UpAsync();
        await using var browser = await Chromium.StartAsync();
        var page = await browser.OpenAsync(PageOf(cluster), 1280, 1000);
        await page.IsTrueAsync("document.querySelector('#headline').innerText.includes('Answering, with all 4 replicas')");
        cluster.Kill((await cluster.StatusAsync()).Sequencer!.Id!);
        // Whether the other sequencer takes over or the same one is back before that.
        await page.IsTrueAsync("document.querySelector('#events').innerText.includes(', after epoch') && document.querySelector('#failovers').innerText === '1 failover'");
        Assert.That(page.Problems, Is.Empty);
        // Stopped and not killed, so that it stays away until it was missed.
        cluster.Pause("frontend1");
        await page.IsTrueAsync("document.querySelector('#connection').innerText.includes('no connection to the front end since')");
        cluster.Kill("frontend1");
        await page.IsTrueAsync("document.querySelector('#connection').innerText.includes('live') && document.querySelector('#failovers').innerText === '0 failovers'");
        await page.IsTrueAsync("document.querySelector('#events').innerText.includes('Front end started') && !document.querySelector('#events').innerText.includes(', after epoch')");
    }
}
