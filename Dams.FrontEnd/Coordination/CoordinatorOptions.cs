namespace Dams.FrontEnd.Coordination;

/// <summary>Limits and timing of a front end's coordinator. Immutable.</summary>
internal sealed record CoordinatorOptions
{
    /// <summary>A call that is not answered by then gets a typed fault.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Calls in flight; more are refused at once, because waiting in a queue would only eat their deadline.</summary>
    public int CallsMax { get; init; } = 4096;

    /// <summary>The first repetition of a REQ; doubles.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest time between repetitions.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the view is asked for while there is none.</summary>
    public TimeSpan ViewRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A sequencer that has been silent for this long is no longer preferred: requests are sent to the next one.</summary>
    public TimeSpan SequencerPatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The limit for late replies before a spread was seen.</summary>
    public TimeSpan SilenceFirst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The limit for late replies is never below.</summary>
    public TimeSpan SilenceMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The limit for late replies is never above.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The last requests whose spread of replies sets the limit.</summary>
    public int SpreadsKept { get; init; } = 1000;

    /// <summary>A body that was not delivered by then is asked of the next replica.</summary>
    public TimeSpan BodyRetry { get; init; } = TimeSpan.FromSeconds(1);
}
