using System.Diagnostics;
using System.Text.Json.Nodes;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Browser;

/// <summary>
/// A headless Chromium, driven by its DevTools protocol. The options <c>--dump-dom</c> and <c>--screenshot</c> won't do: they look as
/// soon as a page is loaded. With a virtual clock they wait for ever for a page that follows a stream.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Program = "chromium";
    private const string Announcement = "DevTools listening on ";

    private readonly TestFolder _folder;
    private readonly Process _process;
    private readonly DevToolsConnection _connection;

    private Chromium(TestFolder folder, Process process, DevToolsConnection connection)
    {
        _folder = folder;
        _process = process;
        _connection = connection;
    }

    /// <summary>Whether this machine has Chromium.</summary>
    public static bool IsInstalled()
    {
        try
        {
            using var process = Start("--version");
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Starts Chromium with a profile of its own.</summary>
    public static async Task<Chromium> StartAsync()
    {
        var folder = new TestFolder();
        var process = Start(
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-dev-shm-usage",
            $"--user-data-dir={folder.Path}", "--remote-debugging-port=0", "about:blank");
        try
        {
            while (await process.StandardError.ReadLineAsync().WaitAsync(Eventually.Limit) is { } line)
            {
                if (!line.StartsWith(Announcement, StringComparison.Ordinal))
                    continue;
                // Nobody reads its further output, but Chromium must not wait for a reader.
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return new Chromium(folder, process, await DevToolsConnection.OpenAsync(new Uri(line[Announcement.Length..])));
            }

            throw new InvalidOperationException($"{Program} ended before it could be driven");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page.</summary>
    /// <param name="url">The address of the page.</param>
    /// <param name="width">The width of the window, in pixels.</param>
    /// <param name="height">The height of the window, in pixels.</param>
    /// <param name="isPhone">Whether the page is shown as on a phone.</param>
    /// <param name="isDark">Whether the user prefers dark colours.</param>
    public async Task<ChromiumPage> OpenAsync(Uri url, int width, int height, bool isPhone = false, bool isDark = false)
    {
        var target = await _connection.CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var session = await _connection.CallAsync(
            "Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        var page = new ChromiumPage(_connection, session["sessionId"]!.GetValue<string>());
        await page.CallAsync("Runtime.enable");
        await page.CallAsync("Log.enable");
        await page.CallAsync("Page.enable");
        await page.CallAsync("Emulation.setDeviceMetricsOverride",
            new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = isPhone });
        await page.CallAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }),
        });
        await page.CallAsync("Page.navigate", new JsonObject { ["url"] = url.AbsoluteUri });
        // The call above returns as soon as the document begins.
        await page.IsTrueAsync($"location.href === '{url.AbsoluteUri}' && document.readyState === 'complete'");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        // Other processes of Chromium may write to the profile for a moment longer.
        await Eventually.IsTrueAsync(TryDelete);
    }

    private bool TryDelete()
    {
        try
        {
            _folder.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Process Start(params IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
