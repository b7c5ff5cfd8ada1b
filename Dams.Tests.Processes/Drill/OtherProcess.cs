using System.Diagnostics;
using Dams.Hosting.Processes;

namespace Dams.Tests.Processes.Drill;

/// <summary>A process that is not the cluster's and must survive. It ends with the test, or by itself after ten minutes.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process = Process.Start("sleep", "600");

    public ProcessIdentity Identity =>
        ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException("the unrelated process has ended");

    /// <summary>Whether the process still runs.</summary>
    public bool IsAlive => !_process.HasExited;

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
