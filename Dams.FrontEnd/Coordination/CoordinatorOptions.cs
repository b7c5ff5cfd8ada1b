namespace Dams.FrontEnd.Coordination;

/// <summary>Limits and timing of a front end's coordinator. Immutable.</summary>
internal sealed record CoordinatorOptions
{
    /// <summary>A call that is not answered within this time gets a typed fault.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most calls in flight. More are rejected at once, because waiting in a queue would only use up their deadline.</summary>
    public int CallsMax { get; init; } = 4096;

    /// <summary>The time before the first retry of a REQ. It doubles with each retry.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest time between retries.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The time between requests for the view, while there is none or no sequencer is heard.</summary>
    public TimeSpan ViewRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A sequencer that has been silent for this long is no longer preferred: requests are sent to the next one.</summary>
    public TimeSpan SequencerPatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The limit for late replies before a spread was measured. Also, an incarnation that has voted for less than this time is not
    /// suspected.
    /// </summary>
    public TimeSpan SilenceFirst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The lower bound of the limit for late replies.</summary>
    public TimeSpan SilenceMin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The upper bound of the limit for late replies.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of the last spreads of replies set the limit for late replies.</summary>
    public int SpreadsKept { get; init; } = 1000;

    /// <summary>If a body does not come within this time, the next replica is asked.</summary>
    public TimeSpan BodyRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a write needs three equal replies, or two when no other replica can still reply in time. It is never answered while
    /// there is a rival pair.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>
    /// The most judgements that wait until a lower number is judged. If there are more, the lowest is counted without waiting. The
    /// default is the limit on calls in flight: more wait only if replies are lost everywhere.
    /// </summary>
    public int JudgementsHeldMax { get; init; } = 4096;

    /// <summary>The shortest time between two accusations of a replica: a liar under load must not fill the managers' order.</summary>
    public TimeSpan VerdictPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The shortest time between two suspicions of an incarnation: the managers probe it for three seconds.</summary>
    public TimeSpan SuspicionPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A longer gap between SYNCs means that the sequencer or this process stood still. It is four intervals of SYNC, and less than
    /// the shortest limit for late replies.
    /// </summary>
    public TimeSpan SyncGapMax { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Nobody is suspected for this time after a new epoch or a gap between SYNCs, because members catch up.</summary>
    public TimeSpan SettlingTime { get; init; } = TimeSpan.FromSeconds(1);
}
