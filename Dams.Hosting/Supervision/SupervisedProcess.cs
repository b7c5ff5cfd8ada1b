using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Dams.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Supervision;

/// <summary>How a supervised process does, as one consistent picture.</summary>
/// <param name="Process">The one that runs, or null.</param>
/// <param name="State">Its state.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="LastExitCode">What it ended with last, if that is known.</param>
public sealed record SupervisedStatus(ProcessIdentity? Process, SupervisedState State, int Restarts, int? LastExitCode);

/// <summary>
/// Runs one process after the decisions of <see cref="ProcessSupervisor"/>. <see cref="RunAsync"/> is the one loop that owns the state; the other members
/// may be used from any thread.
/// </summary>
/// <param name="name">For the log.</param>
/// <param name="startInfo">How the process is started; asked each time.</param>
/// <param name="policy">When.</param>
/// <param name="logger">Where starts and exits are told.</param>
/// <param name="time">The clock.</param>
/// <param name="findRunning">Finds a process that already runs and is to be taken over instead of starting one.</param>
public sealed class SupervisedProcess(
    string name, Func<ProcessStartInfo> startInfo, SupervisionPolicy policy, ILogger logger, TimeProvider time, Func<ProcessIdentity?>? findRunning = null)
{
    private static readonly TimeSpan AdoptedPoll = TimeSpan.FromMilliseconds(200);

    // Nothing is ever refused: inputs come from one process's life and a few callers, and never faster than they are handled.
    private readonly Channel<Func<TimeSpan, IReadOnlyList<SupervisorEffect>>> _inputs =
        Channel.CreateUnbounded<Func<TimeSpan, IReadOnlyList<SupervisorEffect>>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ProcessSupervisor _core = new(policy);
    private readonly long _origin = time.GetTimestamp();
    private Process? _child;
    private ProcessIdentity? _running;
    private Task<bool>? _nextInput;
    private bool _hasEnded;
    private volatile SupervisedStatus _status = new(null, SupervisedState.Idle, 0, null);

    /// <summary>The latest picture.</summary>
    public SupervisedStatus Status => _status;

    /// <summary>Called by the loop after each change of the picture; must not block. A start is seen before it is tried.</summary>
    public Action<SupervisedStatus>? Changed { get; set; }

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The process shall run (again).</summary>
    public void Want() => _inputs.Writer.TryWrite(_core.OnWanted);

    /// <summary>The process shall stop, and stay so until it is wanted again.</summary>
    public void Halt() => _inputs.Writer.TryWrite(_core.OnHaltAsked);

    /// <summary>The process shall stop for good; <see cref="RunAsync"/> then returns.</summary>
    public void End() => _inputs.Writer.TryWrite(_core.OnEndAsked);

    /// <summary>The present process shall be killed, and the next one start without a pause.</summary>
    /// <param name="present">The one that runs, or null for none; if another does by now, nothing is done.</param>
    public void Renew(ProcessIdentity? present) => _inputs.Writer.TryWrite(now => _running == present ? _core.OnRenewalAsked(now) : []);

    /// <summary>The present process shall stop in order, and the next one start without a pause.</summary>
    /// <param name="present">The one that runs; if it does no more by now, or is stopped already, nothing is done.</param>
    /// <param name="begins">Called by the loop if it is done, and before; must not block.</param>
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
        // One that the timer overtook is waited for again.
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
        // Before the effects: a start that fails at once would not be seen between two pauses, and they would look like one.
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
            // Kept: the child takes the end of its standard input for this process's end, and a collected object would close it.
            _child = Process.Start(startInfo()) ?? throw new InvalidOperationException("no process was started");
        }
        catch (Exception problem) when (problem is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            SupervisionLog.StartFailed(logger, name, problem);
            return false;
        }

        // A child that has already ended is not to be found any more; its number can't be another's before it was waited for.
        _running = ProcessIdentity.Of(_child.Id) ?? new ProcessIdentity(_child.Id, 0, "");
        SupervisionLog.Started(logger, name, _child.Id);
        _ = ReportAsync(WatchChildAsync(_child));
        return true;
    }

    /// <summary>Nobody awaits a watch: one that fails ends the loop, which is awaited.</summary>
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

    // The child of a manager that is gone: only its parent could wait for it.
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
