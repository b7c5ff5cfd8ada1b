using System.Text.RegularExpressions;
using Dams.Tests.Processes.Browser;
using static Microsoft.Playwright.Assertions;

namespace Dams.Tests.Processes.Page;

/// <summary>A replica's report about itself is plain text in the page, whatever it contains.</summary>
public sealed partial class StatusPageTextTests
{
    private const string Markup = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script>";

    private const string Status = $$"""
        {"cluster":"{{Markup}}","release":"{{Markup}}","soapHost":"{{Markup}}","processId":1,"epoch":"{{Markup}}"
        """ + $$"""
        ,"sequencer":{"id":"{{Markup}}","active":false,"standbys":["{{Markup}}"]},
         "sequence":9,"committed":9,"durability":"disk","waitingFor":["replica4","{{Markup}}"],
         "replicas":[
          {"id":"replica1","engine":"{{Markup}}","state":"{{Markup}}","incarnation":"{{Markup}}","executed":9,"digest":"aaaaaaaaaaaaaaaa"
        """ + $$"""
        ,"digestAt":8,"differs":false,"wrong":0,"silent":0,"restarts":2,"replacements":1},
          {"id":"replica2","engine":"Journal","state":"active","votes":true,"incarnation":"2","executed":9,"digest":"{{Markup}}"
        """ + $$"""
        ,"digestAt":9,"differs":true,"wrong":0,"silent":0,"replacements":0},
          {"id":"replica3","engine":"Calendar","state":"active","votes":true,"incarnation":"3","executed":9,"digest":"bbbbbbbbbbbbbbbb"
        """ + $$"""
        ,"digestAt":9,"differs":false,"wrong":0,"silent":0,"restarts":0,"replacements":0}],
         "managers":[],"counters":{"requests":1,"answered":1,"faults":0,"wrongReplies":0,"missingReplies":0,"replacements":0,"failovers":0},
         "alarms":["{{Markup}}"],"eventCounts":{"alarm":1},"events":[{"id":1,"time":"2026-01-02T03:04:05Z","kind":"alarm"
        """ + $$"""
        ,"node":"{{Markup}}","text":"{{Markup}}"}]}
        """;

    private const string Requests = $$"""
        [{"sequence":1,"time":"2026-01-02T03:04:05Z","operation":"{{Markup}}","outcome":"{{Markup}}","isAnswered":true,"milliseconds":1.5,
          "replicas":[{"id":"replica1","digest":"<b>x</b>","verdict":"right"}]}]
        """;

    [Test]
    public async Task Markup_in_the_report_of_a_replica_is_shown_as_text()
    {
        await using var browser = await Chromium.StartAsync();
        await using var server = await StatusPageServer.StartAsync();
        (server.Status, server.Requests) = (Status, Requests);
        var page = await server.OpenAsync(browser);
        await Expect(page.Locator("#requests tbody td").Nth(1)).ToBeAttachedAsync();
        await Expect(page.Locator("#events li")).ToHaveCountAsync(1);
        string[] places = ["#headline", "#cluster", "#epoch", "#standbys", "#replicas", "#requests", "#events", "#alarms", "#release"];
        foreach (var place in places)
            Assert.That(await page.TextContentAsync(place), Does.Contain(Markup), place);
        Assert.That(await page.Locator("img, b").CountAsync(), Is.Zero);
        Assert.That(await page.Locator("script").CountAsync(), Is.EqualTo(1), "the page's own");
        Assert.That(await page.TitleAsync(), Is.EqualTo($"■ DAMS {Markup}"));
        Assert.That(await page.InnerTextAsync("#headline"), Does.Contain("no sequencer is heard, waiting for replica4 and "));
        Assert.That(
            await page.InnerTextAsync("#replicas tbody tr:nth-child(1)"), Does.Contain("aaaaaaaaaaaa at 8").And.Not.Contain("≠"),
            "its digest is of another entry than the others'");
        Assert.That(await page.InnerTextAsync("#replicas tbody tr:nth-child(2)"), Does.Contain("≠ <img src=x"));
        Assert.That(
            await page.Locator("#replicas [data-label=Restarts]").AllTextContentsAsync(), Is.EqualTo(new[] { "2", "–", "0" }));
    }

    [Test]
    public void The_script_uses_nothing_that_turns_text_into_markup() =>
        Assert.That(WaysToMarkup().Matches(Tidy.SourceTree.Text("Dams.FrontEnd/Page/page.js")).Select(match => match.Value), Is.Empty);

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|setHTML\w*|document\s*\.\s*write|DOMParser|createContextualFragment|"
        + @"\beval\b|new\s+Function|srcdoc|setAttribute\('on")]
    private static partial Regex WaysToMarkup();
}
