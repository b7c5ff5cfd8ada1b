namespace Dams.Hosting.Supervision;

/// <summary>An action that <see cref="ProcessSupervisor"/> wants done. The hierarchy is closed.</summary>
public abstract record SupervisorEffect
{
    private SupervisorEffect()
    {
    }

    /// <summary>
    /// Start the process, or take over the one that already runs. Answer with <see cref="ProcessSupervisor.OnStarted"/> or
    /// <see cref="ProcessSupervisor.OnStartFailed"/>.
    /// </summary>
    public sealed record Start : SupervisorEffect;

    /// <summary>Ask the process to stop in an orderly way.</summary>
    public sealed record Terminate : SupervisorEffect;

    /// <summary>End the process at once.</summary>
    public sealed record Kill : SupervisorEffect;

    /// <summary>Stop supervising: the process has stopped for good.</summary>
    public sealed record End : SupervisorEffect;
}

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

/// <summary>The states of a supervised process.</summary>
public enum SupervisedState
{
    /// <summary>Nothing has been asked for yet.</summary>
    Idle = 0,

    /// <summary>It is being started.</summary>
    Starting = 1,

    /// <summary>It runs.</summary>
    Running = 2,

    /// <summary>It has ended or could not be started. It is started again after a pause.</summary>
    Pausing = 3,

    /// <summary>It was asked to stop.</summary>
    Stopping = 4,

    /// <summary>It has stopped for good.</summary>
    Ended = 6,
}
