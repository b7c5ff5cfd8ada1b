namespace Dams.Hosting.Supervision;

/// <summary>
/// Decides when one process is started, stopped and started again; does nothing itself. Single-threaded: <c>(input, now) → effects</c>. A replica manager has
/// one for its replica, <c>dams up</c> one for each of its children. <c>now</c> is monotonic time since any fixed moment.
/// </summary>
public sealed class ProcessSupervisor(SupervisionPolicy policy)
{
    private static readonly IReadOnlyList<SupervisorEffect> Nothing = [];

    private enum Wish
    {
        Run = 0,
        Halt = 1,
        End = 2,
    }

    private Wish _wish;
    private TimeSpan _pause = policy.FirstPause;
    private TimeSpan _startedAt;

    /// <summary>How the process does.</summary>
    public SupervisedState State { get; private set; }

    /// <summary>How often it was started again after it had ended by itself or failed to start.</summary>
    public int Restarts { get; private set; }

    /// <summary>What it ended with last; null if it has not, or nobody could see it.</summary>
    public int? LastExitCode { get; private set; }

    /// <summary>When <see cref="OnTimerElapsed"/> has something to do; null if never. Calling it earlier does nothing.</summary>
    public TimeSpan? Deadline { get; private set; }

    /// <summary>The process shall run.</summary>
    public IReadOnlyList<SupervisorEffect> OnWanted(TimeSpan now)
    {
        if (_wish == Wish.End)
            return Nothing;
        _wish = Wish.Run;
        return State is SupervisedState.Idle or SupervisedState.Halted ? BecomeStarting() : Nothing;
    }

    /// <summary>The process shall stop and stay so until it is wanted again.</summary>
    public IReadOnlyList<SupervisorEffect> OnHaltAsked(TimeSpan now) => OnStop(Wish.Halt, now);

    /// <summary>The process shall stop for good.</summary>
    public IReadOnlyList<SupervisorEffect> OnEndAsked(TimeSpan now) => OnStop(Wish.End, now);

    /// <summary>The process shall end at once, and the next start without a pause: it is no fault of its own that is waited for to pass. Not counted as a restart.</summary>
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

    /// <summary>The process shall stop in order, and the next start without a pause. Not counted as a restart.</summary>
    public IReadOnlyList<SupervisorEffect> OnRestartAsked(TimeSpan now) => _wish == Wish.Run && State == SupervisedState.Running ? BecomeStopping(now) : Nothing;

    /// <summary>It runs.</summary>
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

    /// <summary>It could not be started.</summary>
    public IReadOnlyList<SupervisorEffect> OnStartFailed(TimeSpan now) =>
        State == SupervisedState.Starting ? OnGone(now) : Nothing;

    /// <summary>It has ended.</summary>
    /// <param name="exitCode">Null if it was not a child of this process, so that nobody knows.</param>
    /// <param name="now">Now.</param>
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
                // Once more after the same time, should the first one have met a process that could not be ended just then.
                Deadline = now + policy.StopGrace;
                return [new SupervisorEffect.Kill()];
            default:
                Deadline = null;
                return Nothing;
        }
    }

    private IReadOnlyList<SupervisorEffect> OnStop(Wish wish, TimeSpan now)
    {
        if (_wish == Wish.End)
            return Nothing;
        _wish = wish;
        return State switch
        {
            SupervisedState.Running => BecomeStopping(now),
            SupervisedState.Idle or SupervisedState.Pausing or SupervisedState.Halted => BecomeStopped(),
            _ => Nothing, // A start or a stop under way ends first, and finds the new wish.
        };
    }

    private IReadOnlyList<SupervisorEffect> OnGone(TimeSpan now)
    {
        if (_wish != Wish.Run)
            return BecomeStopped();
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

    private IReadOnlyList<SupervisorEffect> BecomeStopped()
    {
        Deadline = null;
        _pause = policy.FirstPause;
        if (_wish == Wish.Halt)
        {
            State = SupervisedState.Halted;
            return Nothing;
        }

        State = SupervisedState.Ended;
        return [new SupervisorEffect.End()];
    }
}
