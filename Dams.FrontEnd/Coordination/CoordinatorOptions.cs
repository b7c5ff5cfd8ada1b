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

    /// <summary>The limit for late replies before a spread was seen; and an incarnation that has voted for less than this is not suspected.</summary>
    public TimeSpan SilenceFirst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The limit for late replies is never below.</summary>
    public TimeSpan SilenceMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The limit for late replies is never above.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The last requests whose spread of replies sets the limit.</summary>
    public int SpreadsKept { get; init; } = 1000;

    /// <summary>A body that was not delivered by then is asked of the next replica.</summary>
    public TimeSpan BodyRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a write is answered only by three equal replies, or by two when nobody is left to speak, and never while there is a rival pair.</summary>
    public bool Strict { get; init; }

    /// <summary>Judgements that wait for a lower number to be judged; with more the lowest is counted without waiting. As many as calls are in flight: more wait only if replies are lost all over.</summary>
    public int JudgementsHeldMax { get; init; } = 4096;

    /// <summary>A replica is not accused again within this: a liar under load must not fill the managers' order.</summary>
    public TimeSpan VerdictPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An incarnation is not suspected again within this: the managers probe for three seconds.</summary>
    public TimeSpan SuspicionPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>SYNCs further apart than this, four intervals, mean that the sequencer or this process stood still. Less than the shortest limit for late replies.</summary>
    public TimeSpan SyncGapMax { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>For so long after a new epoch, or a gap between SYNCs, nobody is suspected: members catch up.</summary>
    public TimeSpan SettlingTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The rule that is taken out.</summary>
    public CoordinationMutant Mutant { get; init; }
}
