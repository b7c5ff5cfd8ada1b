using System.Globalization;

namespace Dams.Cli.Cluster;

/// <summary>Reads how much processes wait for the processors of this machine.</summary>
internal static class ProcessorPressure
{
    private const string File = "/proc/pressure/cpu";

    /// <summary>
    /// The share of the last ten seconds in which some process waited for a processor: 0 to 1. Linux reports it (PSI). Without such a
    /// report it is 0.
    /// </summary>
    public static double Read()
    {
        try
        {
            return System.IO.File.Exists(File) ? Parse(System.IO.File.ReadAllText(File)) : 0;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            // A kernel without it, or a container that hides it: then all time counts.
            return 0;
        }
    }

    /// <summary>Reads <c>some avg10=99.75 avg60=…</c>; 0 for any other text.</summary>
    public static double Parse(string text)
    {
        const string before = "some avg10=";
        var at = text.IndexOf(before, StringComparison.Ordinal);
        if (at < 0)
            return 0;
        var number = text[(at + before.Length)..].Split(' ', '\n')[0];
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            ? Math.Clamp(percent / 100, 0, 1)
            : 0;
    }
}
