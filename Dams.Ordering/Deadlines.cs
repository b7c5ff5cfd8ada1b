namespace Dams.Ordering;

/// <summary>Combines the deadlines of a core's parts into the one deadline of the core.</summary>
public static class Deadlines
{
    /// <summary>The earliest of these deadlines; <see cref="Instant.Never"/> if there are none.</summary>
    public static Instant Earliest(params ReadOnlySpan<Instant> deadlines)
    {
        var earliest = Instant.Never;
        foreach (var deadline in deadlines)
            earliest = Instant.Earlier(earliest, deadline);
        return earliest;
    }
}
