using System.Runtime.InteropServices;
using Dams.Hosting.Logging;
using Dams.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting;

/// <summary>
/// Decides when a process stops: at a signal, or when its parent is gone. The first reason cancels <see cref="Stopping"/>. A process
/// that has not stopped after the grace period is ended; a second interrupt ends it at once. Used from signal handlers and from the
/// thread that watches the parent.
/// </summary>
internal sealed class NodeLifetime : IDisposable
{
    // Longer than a manager needs to end a replica that does not stop by itself.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly ILogger _logger;
    private readonly NodeLogging _log;
    private Timer? _graceTimer;
    private int _asked;

    public NodeLifetime(NodeArguments arguments, NodeLogging log)
    {
        _log = log;
        _logger = log.Factory.CreateLogger("Dams.Hosting.NodeLifetime");
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        // A terminal sends these signals to every process in it, in no particular order.
        // The supervisor of a supervised process stops it instead.
        foreach (var ofTerminal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(ofTerminal, arguments.Supervised ? Ignore : OnSignal));
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        TaskScheduler.UnobservedTaskException += OnUnobservedTaskException;
        if (arguments.ExitWithParent)
            ParentWatch.Start(OnParentEnded);
    }

    /// <summary>Cancelled when the process is to stop.</summary>
    public CancellationToken Stopping => _stop.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _graceTimer?.Dispose();
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        TaskScheduler.UnobservedTaskException -= OnUnobservedTaskException;
        // The thread that watches the parent may still cancel it, so the token source is left to the garbage collector.
    }

    private static void Ignore(PosixSignalContext context) => context.Cancel = true;

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Stop(context.Signal.ToString(), endIfAskedBefore: context.Signal == PosixSignal.SIGINT);
    }

    private void OnParentEnded(IOException? broken)
    {
        if (broken is not null)
            HostingLog.ParentWatchBroken(_logger, broken);
        Stop("the end of the parent process", endIfAskedBefore: false);
    }

    private void Stop(string reason, bool endIfAskedBefore)
    {
        if (Interlocked.Exchange(ref _asked, 1) == 1)
        {
            if (endIfAskedBefore)
                End(reason);
            return;
        }

        HostingLog.Stopping(_logger, reason);
        _graceTimer = new Timer(_ => End("the end of the grace period"), null, Grace, Timeout.InfiniteTimeSpan);
        // The token's callbacks run on a pool thread: one that blocks must not hold up the signal handler.
        ThreadPool.UnsafeQueueUserWorkItem(source => source.Cancel(), _stop, preferLocal: false);
    }

    private void End(string reason)
    {
        HostingLog.Ended(_logger, reason);
        _log.Flush();
        Environment.Exit(ExitCodes.Internal);
    }

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs e)
    {
        if (e.ExceptionObject is OutOfMemoryException problem)
        {
            var isOfThread = problem.StackTrace?.Contains("Thread.Start", StringComparison.Ordinal) == true;
            HostingLog.OutOfMemory(_logger, isOfThread ? "a thread could not be started" : problem.Message);
        }
        else
        {
            HostingLog.Unhandled(_logger, e.ExceptionObject as Exception);
        }

        _log.Flush();
        Environment.Exit(ExitCodes.Internal);
    }

    private void OnUnobservedTaskException(object? sender, UnobservedTaskExceptionEventArgs e) =>
        HostingLog.Unobserved(_logger, e.Exception);
}
