namespace Dams.Hosting.Supervision;

/// <summary>
/// Decides when one process is started, stopped and started again; does nothing itself. Single-threaded: <c>(input, now) → effects</c>.
/// A manager has one supervisor for its replica, <c>dams up</c> has one for each of its children. <c>now</c> is monotonic time since any
/// fixed moment.
/// </summary>
public sealed class ProcessSupervisor(SupervisionPolicy policy)
{
    private static readonly IReadOnlyList<SupervisorEffect> Nothing = [];

    private enum Wish
    {
        Run = 0,
        End = 1,
    }

    private Wish _wish;
    private TimeSpan _pause = policy.FirstPause;
    private TimeSpan _startedAt;

    /// <summary>The state of the process.</summary>
    public SupervisedState State { get; private set; }

    /// <summary>How often the process was started again after it had ended by itself or had failed to start.</summary>
    public int Restarts { get; private set; }

    /// <summary>The exit code of the last exit; null if there was no exit yet, or its code is unknown.</summary>
    public int? LastExitCode { get; private set; }

    /// <summary>The time when <see cref="OnTimerElapsed"/> has something to do; null if never. An earlier call does nothing.</summary>
    public TimeSpan? Deadline { get; private set; }

    /// <summary>The caller wants the process to run.</summary>
    public IReadOnlyList<SupervisorEffect> OnWanted() =>
        _wish == Wish.Run && State == SupervisedState.Idle ? BecomeStarting() : Nothing;

    /// <summary>The caller wants the process to stop for good.</summary>
    public IReadOnlyList<SupervisorEffect> OnEndAsked(TimeSpan now)
    {
        if (_wish == Wish.End)
            return Nothing;
        _wish = Wish.End;
        return State switch
        {
            SupervisedState.Running => BecomeStopping(now),
            SupervisedState.Idle or SupervisedState.Pausing => BecomeEnded(),
            _ => Nothing, // A start or a stop under way finishes first, and then follows the new wish.
        };
    }

    /// <summary>
    /// The caller wants the process to end at once, and the next one to start without a pause. The process is not at fault, so a pause
    /// would not help. Not counted as a restart.
    /// </summary>
    public IReadOnlyList<SupervisorEffect> OnRenewalAsked(TimeSpan now)
    {
        if (_wish != Wish.Run)
            return Nothing;
        _pause = policy.FirstPause;
        switch (State)
        {
            case SupervisedState.Pausing:
                return BecomeStarting();
            case SupervisedState.Running:
                State = SupervisedState.Stopping;
                Deadline = now + policy.StopGrace;
                return [new SupervisorEffect.Kill()];
            default:
                return Nothing;
        }
    }

    /// <summary>
    /// The caller wants the process to stop in an orderly way, and the next one to start without a pause. Not counted as a restart.
    /// </summary>
    public IReadOnlyList<SupervisorEffect> OnRestartAsked(TimeSpan now) =>
        _wish == Wish.Run && State == SupervisedState.Running ? BecomeStopping(now) : Nothing;

    /// <summary>The process runs.</summary>
    public IReadOnlyList<SupervisorEffect> OnStarted(TimeSpan now)
    {
        if (State != SupervisedState.Starting)
            return Nothing;
        if (_wish != Wish.Run)
            return BecomeStopping(now);
        State = SupervisedState.Running;
        _startedAt = now;
        Deadline = null;
        return Nothing;
    }

    /// <summary>The process could not be started.</summary>
    public IReadOnlyList<SupervisorEffect> OnStartFailed(TimeSpan now) =>
        State == SupervisedState.Starting ? OnGone(now) : Nothing;

    /// <summary>
    /// The process has ended. <paramref name="exitCode"/> is null if it was not a child of this process, so that its code is unknown.
    /// </summary>
    public IReadOnlyList<SupervisorEffect> OnExited(int? exitCode, TimeSpan now)
    {
        if (State is not (SupervisedState.Running or SupervisedState.Stopping))
            return Nothing;
        LastExitCode = exitCode;
        if (State == SupervisedState.Running && now - _startedAt >= policy.HealthyAfter)
            _pause = policy.FirstPause;
        return OnGone(now);
    }

    /// <summary>Time has passed.</summary>
    public IReadOnlyList<SupervisorEffect> OnTimerElapsed(TimeSpan now)
    {
        if (Deadline is not { } deadline || now < deadline)
            return Nothing;
        switch (State)
        {
            case SupervisedState.Pausing:
                Restarts++;
                return BecomeStarting();
            case SupervisedState.Stopping:
                // Kill it again after the same time, in case the first kill could not end it.
                Deadline = now + policy.StopGrace;
                return [new SupervisorEffect.Kill()];
            default:
                Deadline = null;
                return Nothing;
        }
    }

    private IReadOnlyList<SupervisorEffect> OnGone(TimeSpan now)
    {
        if (_wish != Wish.Run)
            return BecomeEnded();
        return State == SupervisedState.Stopping ? BecomeStarting() : BecomePausing(now);
    }

    private IReadOnlyList<SupervisorEffect> BecomeStarting()
    {
        State = SupervisedState.Starting;
        Deadline = null;
        return [new SupervisorEffect.Start()];
    }

    private IReadOnlyList<SupervisorEffect> BecomePausing(TimeSpan now)
    {
        State = SupervisedState.Pausing;
        Deadline = now + _pause;
        _pause = _pause * 2 < policy.LongestPause ? _pause * 2 : policy.LongestPause;
        return Nothing;
    }

    private IReadOnlyList<SupervisorEffect> BecomeStopping(TimeSpan now)
    {
        State = SupervisedState.Stopping;
        Deadline = now + policy.StopGrace;
        return [new SupervisorEffect.Terminate()];
    }

    private IReadOnlyList<SupervisorEffect> BecomeEnded()
    {
        Deadline = null;
        State = SupervisedState.Ended;
        return [new SupervisorEffect.End()];
    }
}
