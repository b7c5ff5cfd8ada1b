using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Dams.Tests.Hosting;

namespace Dams.Tests.Browser;

/// <summary>A page that is open in a browser.</summary>
internal sealed class ChromiumPage(DevToolsConnection connection, string session)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    /// <summary>The complaints of the page or the browser: errors of the script, rejected styles, files that can't be loaded.</summary>
    public IReadOnlyList<string> Problems => [.. connection.Events
        .Where(happened => happened["sessionId"]?.GetValue<string>() == session)
        .Where(happened => happened["method"]!.GetValue<string>() is "Runtime.exceptionThrown" or "Log.entryAdded")
        .Select(happened => happened["params"]!.ToJsonString())];

    /// <summary>Calls a DevTools method for the page.</summary>
    public Task<JsonObject> CallAsync(string method, JsonObject? parameters = null) => connection.CallAsync(method, parameters, session);

    /// <summary>The text that an expression gives in the page.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})" });
        return answer["exceptionDetails"] is { } problem
            ? throw new InvalidOperationException($"{expression}: {problem.ToJsonString()}")
            : answer["result"]!["value"]!.GetValue<string>();
    }

    /// <summary>The number that an expression gives in the page.</summary>
    public async Task<int> CountAsync(string expression) => int.Parse(await EvaluateAsync(expression), CultureInfo.InvariantCulture);

    /// <summary>The visible text of an element.</summary>
    public Task<string> TextAsync(string selector) => EvaluateAsync($"document.querySelector('{selector}').innerText");

    /// <summary>Waits until an expression is true in the page.</summary>
    public async Task IsTrueAsync(string expression)
    {
        var began = Stopwatch.GetTimestamp();
        while (await EvaluateAsync($"Boolean({expression})") != "true")
        {
            if (Stopwatch.GetElapsedTime(began) > Eventually.Limit)
            {
                throw new TimeoutException(
                    $"{expression} is not true after {Eventually.Limit.TotalSeconds} s; the page shows: {await TextAsync("body")}; "
                    + $"its problems: {string.Join('\n', Problems)}");
            }

            await Task.Delay(s_poll);
        }
    }

    /// <summary>A screenshot of the page, as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync() =>
        Convert.FromBase64String(
            (await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" }))["data"]!.GetValue<string>());
}
