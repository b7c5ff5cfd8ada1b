using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Dams.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Supervision;

/// <summary>The status of a supervised process: all values belong to the same moment.</summary>
/// <param name="Process">The process that runs, or null.</param>
/// <param name="State">The state that <see cref="ProcessSupervisor"/> has it in.</param>
/// <param name="Restarts">How often it was started again after it had ended by itself or had failed to start.</param>
/// <param name="LastExitCode">The exit code of the last exit; null if there was none, or its code is unknown.</param>
public sealed record SupervisedStatus(ProcessIdentity? Process, SupervisedState State, int Restarts, int? LastExitCode);

/// <summary>
/// Runs one process as <see cref="ProcessSupervisor"/> decides. <see cref="RunAsync"/> is the one loop that owns the state; the other
/// members may be used from any thread.
/// </summary>
/// <param name="name">The name of the process in the log.</param>
/// <param name="startInfo">Says how to start the process; called at each start.</param>
/// <param name="policy">The pauses before restarts, and the time for a stop.</param>
/// <param name="logger">Receives the starts and exits.</param>
/// <param name="time">The clock for all waiting.</param>
/// <param name="findRunning">Finds a process that already runs. If there is one, it is taken over and none is started.</param>
public sealed class SupervisedProcess(
    string name, Func<ProcessStartInfo> startInfo, SupervisionPolicy policy, ILogger logger, TimeProvider time,
    Func<ProcessIdentity?>? findRunning = null)
{
    private static readonly TimeSpan AdoptedPoll = TimeSpan.FromMilliseconds(200);

    // Unbounded: inputs come from one process and a few callers, and never faster than they are handled.
    private readonly Channel<Func<TimeSpan, IReadOnlyList<SupervisorEffect>>> _inputs =
        Channel.CreateUnbounded<Func<TimeSpan, IReadOnlyList<SupervisorEffect>>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ProcessSupervisor _core = new(policy);
    private readonly long _origin = time.GetTimestamp();
    private Process? _child;
    private ProcessIdentity? _running;
    private Task<bool>? _nextInput;
    private bool _hasEnded;
    private volatile SupervisedStatus _status = new(null, SupervisedState.Idle, 0, null);

    /// <summary>The latest status.</summary>
    public SupervisedStatus Status => _status;

    /// <summary>Called by the loop after each change of the status; must not block. A start is reported before it is tried.</summary>
    public Action<SupervisedStatus>? Changed { get; set; }

    /// <summary>The name of the process in the log.</summary>
    public string Name => name;

    /// <summary>Asks for the process to run.</summary>
    public void Want() => _inputs.Writer.TryWrite(_ => _core.OnWanted());

    /// <summary>Asks for the process to stop for good; <see cref="RunAsync"/> then returns.</summary>
    public void End() => _inputs.Writer.TryWrite(_core.OnEndAsked);

    /// <summary>Kills the present process and starts the next one without a pause.</summary>
    /// <param name="present">The process that the caller sees running, or null. If another one runs by now, nothing is done.</param>
    public void Renew(ProcessIdentity? present) => _inputs.Writer.TryWrite(now => _running == present ? _core.OnRenewalAsked(now) : []);

    /// <summary>Stops the present process in an orderly way and starts the next one without a pause.</summary>
    /// <param name="present">The process that the caller sees running. If it has ended or is being stopped by now, nothing is done.</param>
    /// <param name="begins">Called by the loop before the stop, and only if there is one; must not block.</param>
    public void Restart(ProcessIdentity present, Action begins) => _inputs.Writer.TryWrite(now =>
    {
        if (_running != present || _core.OnRestartAsked(now) is not { Count: > 0 } effects)
            return [];
        begins();
        return effects;
    });

    /// <summary>The loop. Returns when the process has stopped for good.</summary>
    public async Task RunAsync()
    {
        while (!_hasEnded)
        {
            await WaitAsync().ConfigureAwait(false);
            while (_inputs.Reader.TryRead(out var input))
                await PerformAsync(input(Now)).ConfigureAwait(false);
            await PerformAsync(_core.OnTimerElapsed(Now)).ConfigureAwait(false);
        }

        _child?.Dispose();
    }

    private TimeSpan Now => time.GetElapsedTime(_origin);

    private async Task WaitAsync()
    {
        // If the timer came first, the same input is awaited again.
        if (_nextInput is null || _nextInput.IsCompleted)
            _nextInput = _inputs.Reader.WaitToReadAsync().AsTask();
        if (_core.Deadline is not { } deadline)
        {
            await _nextInput.ConfigureAwait(false);
            return;
        }

        using var cancelled = new CancellationTokenSource();
        var wait = deadline - Now;
        if (wait > TimeSpan.Zero)
            await Task.WhenAny(_nextInput, Task.Delay(wait, time, cancelled.Token)).ConfigureAwait(false);
        await cancelled.CancelAsync().ConfigureAwait(false);
    }

    private async Task PerformAsync(IReadOnlyList<SupervisorEffect> effects)
    {
        // Publish before the effects. Otherwise a start that fails at once would be invisible, and two pauses would look like one.
        Publish();
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case SupervisorEffect.Start:
                    await PerformAsync(StartOrAdopt() ? _core.OnStarted(Now) : _core.OnStartFailed(Now)).ConfigureAwait(false);
                    break;
                case SupervisorEffect.Terminate when _running is { } process:
                    ProcessSignal.Terminate(process);
                    break;
                case SupervisorEffect.Kill when _running is { } process:
                    SupervisionLog.Killed(logger, name, process.ProcessId);
                    ProcessSignal.Kill(process);
                    break;
                case SupervisorEffect.End:
                    _hasEnded = true;
                    break;
            }
        }
    }

    private bool StartOrAdopt()
    {
        if (findRunning?.Invoke() is { } found)
        {
            _running = found;
            SupervisionLog.Adopted(logger, name, found.ProcessId);
            _ = ReportAsync(WatchAdoptedAsync(found));
            return true;
        }

        try
        {
            _child?.Dispose();
            // Kept in a field: a collected object would close the child's standard input.
            // The child would take that for the end of this process.
            _child = Process.Start(startInfo()) ?? throw new InvalidOperationException("no process was started");
        }
        catch (Exception problem)
            when (problem is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            SupervisionLog.StartFailed(logger, name, problem);
            return false;
        }

        // A child that has already ended can't be found any more. No other process gets its id before this process has waited for it.
        _running = ProcessIdentity.Of(_child.Id) ?? new ProcessIdentity(_child.Id, 0, "");
        SupervisionLog.Started(logger, name, _child.Id);
        _ = ReportAsync(WatchChildAsync(_child));
        return true;
    }

    /// <summary>No code awaits a watch. So a watch that fails ends the loop, which is awaited.</summary>
    private async Task ReportAsync(Task watch)
    {
        try
        {
            await watch.ConfigureAwait(false);
        }
        catch (Exception defect)
        {
            var thrown = ExceptionDispatchInfo.Capture(defect);
            _inputs.Writer.TryWrite(_ =>
            {
                thrown.Throw();
                return [];
            });
        }
    }

    private async Task WatchChildAsync(Process child)
    {
        await child.WaitForExitAsync().ConfigureAwait(false);
        var exitCode = child.ExitCode;
        _inputs.Writer.TryWrite(now => OnExited(exitCode, now));
    }

    // The process is the child of a manager that is gone. Only its parent could wait for it, so it is polled.
    private async Task WatchAdoptedAsync(ProcessIdentity process)
    {
        while (process.IsAlive)
            await Task.Delay(AdoptedPoll, time).ConfigureAwait(false);
        _inputs.Writer.TryWrite(now => OnExited(null, now));
    }

    private IReadOnlyList<SupervisorEffect> OnExited(int? exitCode, TimeSpan now)
    {
        if (_running is { } process && _core.State == SupervisedState.Stopping)
            SupervisionLog.Stopped(logger, name, process.ProcessId, exitCode);
        else if (_running is { } victim)
            SupervisionLog.Exited(logger, name, victim.ProcessId, exitCode);
        _running = null;
        return _core.OnExited(exitCode, now);
    }

    private void Publish()
    {
        var status = new SupervisedStatus(_running, _core.State, _core.Restarts, _core.LastExitCode);
        if (status == _status)
            return;
        _status = status;
        Changed?.Invoke(status);
    }
}
