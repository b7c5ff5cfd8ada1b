using System.Diagnostics;
using Dams.Hosting.Processes;

namespace Dams.Tests.Processes.Drill;

/// <summary>A process that is none of ours and must live; it ends with the test, or by itself after ten minutes.</summary>
internal sealed class Foreigner : IDisposable
{
    private readonly Process _process = Process.Start("sleep", "600");

    /// <summary>Which it is.</summary>
    public ProcessIdentity Identity => ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException("the foreign process has ended");

    /// <summary>Whether nobody has ended it.</summary>
    public bool IsAlive => !_process.HasExited;

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
