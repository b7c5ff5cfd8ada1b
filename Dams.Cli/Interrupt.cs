using System.Runtime.InteropServices;
using Dams.Hosting.Processes;

namespace Dams.Cli;

/// <summary>The wish of the terminal or the system that the tool ends. Its own handling, because the command line library's ends the process without clean-up.</summary>
internal sealed class Interrupt : IDisposable
{
    private const int Sigterm = 15;

    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _exitCode;

    public Interrupt()
    {
        foreach (var (signal, number) in new[] { (PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, Sigterm) })
            _registrations.Add(PosixSignalRegistration.Create(signal, context => OnSignal(context, number)));
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _first.Token;

    /// <summary>Cancelled at the second: no more patience.</summary>
    public CancellationToken Impatient => _second.Token;

    /// <summary>What the process ends with after the signal that came first.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    /// <summary>Takes the end of standard input for a SIGTERM: whoever has started this tool is gone.</summary>
    public void WatchParent() => ParentWatch.Start(_ => Ask(Sigterm));

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        Ask(number);
    }

    private void Ask(int number)
    {
        var isFirst = Interlocked.CompareExchange(ref _exitCode, CliExitCodes.SignalBase + number, 0) == 0;
        ThreadPool.UnsafeQueueUserWorkItem(source => source.Cancel(), isFirst ? _first : _second, preferLocal: false);
    }
}
