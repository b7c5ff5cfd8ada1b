namespace Dams.Hosting.Supervision;

/// <summary>The rules for when a process is started again, and for how long it may take to stop.</summary>
public sealed record SupervisionPolicy
{
    /// <summary>The pause after the first exit.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The limit up to which the pause doubles: long enough to spare the processor, short enough for a waiting quorum.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A process that has run this long is healthy: the next pause is <see cref="FirstPause"/> again.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A process that was asked to stop and still runs after this time is killed.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);
}
