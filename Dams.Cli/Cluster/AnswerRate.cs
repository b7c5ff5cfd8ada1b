namespace Dams.Cli.Cluster;

/// <summary>Computes how many requests a second are answered, from a counter that is read now and then. Pure.</summary>
internal sealed class AnswerRate
{
    private (int? Process, long Answered, TimeSpan At)? _last;

    /// <summary>Takes a reading of the counter, and computes the rate since the one before.</summary>
    /// <param name="process">The process of the front end; another process counts from zero.</param>
    /// <param name="answered">The value of the counter.</param>
    /// <param name="now">The time of the reading.</param>
    /// <returns>Null at the first reading of a process.</returns>
    public double? Look(int? process, long answered, TimeSpan now)
    {
        var before = _last;
        _last = (process, answered, now);
        return before is { } last && last.Process == process && answered >= last.Answered && now > last.At
            ? (answered - last.Answered) / (now - last.At).TotalSeconds
            : null;
    }
}
