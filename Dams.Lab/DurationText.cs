using System.Globalization;
using System.Text.RegularExpressions;

namespace Dams.Lab;

/// <summary>Durations as people write them: <c>200ms</c>, <c>5s</c>, <c>2m</c>.</summary>
public static partial class DurationText
{
    /// <summary>The expected form, for error messages.</summary>
    public const string Expected = "a duration such as 200ms, 5s or 2m";

    /// <summary>Reads a duration.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null || Form().Match(text) is not { Success: true } match)
            return false;
        var number = long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        duration = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            _ => TimeSpan.FromMinutes(number),
        };
        return true;
    }

    /// <summary>Writes a duration in seconds if they are whole, else in milliseconds.</summary>
    public static string Write(TimeSpan duration) => duration.Ticks % TimeSpan.TicksPerSecond == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / TimeSpan.TicksPerSecond}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms");

    [GeneratedRegex(@"^([0-9]{1,6})(ms|s|m)\z")]
    private static partial Regex Form();
}
