using System.Reflection;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.ThirdParty;
using Microsoft.Playwright;

namespace Dams.Tests.Processes.Browser;

/// <summary>The Chromium that is installed on this machine, headless, driven by Playwright.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly float s_limitMilliseconds = (float)Eventually.Limit.TotalMilliseconds;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    static Chromium()
    {
        // The driver stays where the package is: it is 140 MB, and a build would copy it into each output folder.
        var package = typeof(Chromium).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "PlaywrightPackage").Value;
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package);
        Assertions.SetDefaultExpectTimeout(s_limitMilliseconds);
    }

    private Chromium(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Starts the browser. If there is none, the tests are ignored, or fail where clients are required.</summary>
    public static async Task<Chromium> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);
        ThirdPartyClientTests.RequireInstalled("Chromium", program is not null);
        var playwright = await Playwright.CreateAsync();
        try
        {
            var options = new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = ["--no-sandbox"],
                Timeout = s_limitMilliseconds,
            };
            return new Chromium(playwright, await playwright.Chromium.LaunchAsync(options));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page in a profile of its own.</summary>
    /// <param name="url">The address of the page.</param>
    /// <param name="width">The width of the window, in pixels.</param>
    /// <param name="height">The height of the window, in pixels.</param>
    /// <param name="isPhone">Whether the page is shown as on a phone.</param>
    /// <param name="isDark">Whether the user prefers dark colours.</param>
    public async Task<IPage> OpenAsync(Uri url, int width, int height, bool isPhone = false, bool isDark = false)
    {
        var page = await _browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            IsMobile = isPhone,
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        page.SetDefaultTimeout(s_limitMilliseconds);
        await page.GotoAsync(url.AbsoluteUri);
        return page;
    }

    /// <summary>The complaints of a page or the browser: errors of the script, rejected styles, files that can't be loaded.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsOfAsync(IPage page) =>
    [
        .. (await page.ConsoleMessagesAsync()).Select(message => $"{message.Type}: {message.Text} ({message.Location})"),
        .. await page.PageErrorsAsync(),
    ];

    /// <summary>Closes all pages, with their profiles.</summary>
    public async Task ClosePagesAsync()
    {
        foreach (var profile in _browser.Contexts.ToArray())
            await profile.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
