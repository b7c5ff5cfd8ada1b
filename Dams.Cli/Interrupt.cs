using System.Runtime.InteropServices;
using Dams.Hosting.Processes;

namespace Dams.Cli;

/// <summary>
/// The requests of the terminal or the system to end the tool. The tool handles these signals itself, because the command line library
/// would end the process without clean-up.
/// </summary>
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

    /// <summary>Cancelled at the second signal: the tool stops waiting for an orderly end.</summary>
    public CancellationToken Impatient => _second.Token;

    /// <summary>The exit code for the first signal.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    /// <summary>Treats the end of standard input as a SIGTERM: the process that started this tool is gone.</summary>
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
