namespace Dams.Cli.Cluster;

/// <summary>How many requests a second are answered, from a counter that is looked at now and then. Pure.</summary>
internal sealed class AnswerRate
{
    private (int? Process, long Answered, TimeSpan At)? _last;

    /// <summary>The rate since the last look.</summary>
    /// <param name="process">The front end's process: another one counts from zero.</param>
    /// <param name="answered">The counter.</param>
    /// <param name="now">When it was looked at.</param>
    /// <returns>Null at the first look.</returns>
    public double? Look(int? process, long answered, TimeSpan now)
    {
        var before = _last;
        _last = (process, answered, now);
        return before is { } last && last.Process == process && answered >= last.Answered && now > last.At
            ? (answered - last.Answered) / (now - last.At).TotalSeconds
            : null;
    }
}
