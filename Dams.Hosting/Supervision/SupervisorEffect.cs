namespace Dams.Hosting.Supervision;

/// <summary>What <see cref="ProcessSupervisor"/> wants done. The hierarchy is closed.</summary>
public abstract record SupervisorEffect
{
    private SupervisorEffect()
    {
    }

    /// <summary>Start the process, or take over the one that already runs; answer with <see cref="ProcessSupervisor.OnStarted"/> or <see cref="ProcessSupervisor.OnStartFailed"/>.</summary>
    public sealed record Start : SupervisorEffect;

    /// <summary>Ask the process to stop in order.</summary>
    public sealed record Terminate : SupervisorEffect;

    /// <summary>End the process at once.</summary>
    public sealed record Kill : SupervisorEffect;

    /// <summary>Nothing will be wanted any more: the process has stopped, and stays so.</summary>
    public sealed record End : SupervisorEffect;
}

/// <summary>When a process is started again, and how long it may take to stop.</summary>
public sealed record SupervisionPolicy
{
    /// <summary>The pause after the first exit.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The pause doubles up to this: long enough not to burn a processor, short enough for a quorum that waits.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A process that has run so long is healthy: the next pause is the first one again.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A process that was asked to stop and still runs after this is ended.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>How a supervised process does.</summary>
public enum SupervisedState
{
    /// <summary>Nothing has been asked for yet.</summary>
    Idle = 0,

    /// <summary>It is being started.</summary>
    Starting = 1,

    /// <summary>It runs.</summary>
    Running = 2,

    /// <summary>It has ended or could not be started, and is started again after a pause.</summary>
    Pausing = 3,

    /// <summary>It was asked to stop.</summary>
    Stopping = 4,

    /// <summary>It is kept stopped until it is wanted again.</summary>
    Halted = 5,

    /// <summary>It has stopped for good.</summary>
    Ended = 6,
}
