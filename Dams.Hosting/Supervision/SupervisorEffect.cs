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
