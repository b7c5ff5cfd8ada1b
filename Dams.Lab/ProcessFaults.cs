using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.Lab;

/// <summary>
/// Kills and pauses processes of this cluster on this machine: only those that hold a folder of this cluster. For any thread. Disposing
/// this resumes all paused processes.
/// </summary>
internal sealed class ProcessFaults : IDisposable
{
    /// <summary>The time in which the answer can leave before this process kills itself.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(100);

    private readonly ClusterTopology _topology;
    private readonly NodeId _self;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, (ProcessIdentity Process, ITimer Timer)> _paused = [];
    private ITimer? _end;

    public ProcessFaults(ClusterTopology topology, NodeId self, TimeProvider time, ILogger logger)
    {
        (_topology, _self, _time, _logger) = (topology, self, time, logger);
        if (OperatingSystem.IsWindows())
            return;
        // An earlier front end that was killed could not resume the processes that it had paused.
        foreach (var (_, process) in PidFile.FindRunning(topology).Where(found => found.Id != self))
            ProcessSignal.Resume(process);
    }

    /// <summary>The ids of the paused processes.</summary>
    public IReadOnlyList<string> Paused
    {
        get
        {
            lock (_gate)
                return [.. _paused.Keys.Order().Select(id => id.ToString())];
        }
    }

    /// <summary>Kills a process as <c>kill -9</c> does.</summary>
    public ProcessIdentity Crash(NodeId id)
    {
        var process = Find(id);
        if (id == _self)
            _end = _time.CreateTimer(_ => ProcessSignal.Kill(process), null, LastWords, Timeout.InfiniteTimeSpan);
        else
            ProcessSignal.Kill(process);
        return process;
    }

    /// <summary>
    /// Sends SIGSTOP now, and SIGCONT after the duration. If the process is paused already, the duration replaces the rest of its
    /// earlier pause.
    /// </summary>
    public ProcessIdentity Pause(NodeId id, TimeSpan duration)
    {
        if (OperatingSystem.IsWindows())
            throw OrderRefusedException.Impossible("Processes can't be paused on Windows.");
        if (id == _self)
        {
            throw OrderRefusedException.Impossible(
                $"{id} can't pause itself, because it serves the lab and would never resume. Crash it instead.");
        }

        var process = Find(id);
        lock (_gate)
        {
            if (_paused.Remove(id, out var earlier))
                earlier.Timer.Dispose();
            ProcessSignal.Pause(process);
            _paused.Add(id, (process, _time.CreateTimer(_ => Resume(id, process), null, duration, Timeout.InfiniteTimeSpan)));
        }

        return process;
    }

    /// <summary>Resumes all paused processes.</summary>
    public void ResumeAll()
    {
        List<(NodeId Id, ProcessIdentity Process)> paused;
        lock (_gate)
            paused = [.. _paused.Select(pair => (pair.Key, pair.Value.Process))];
        foreach (var (id, process) in paused)
            Resume(id, process);
    }

    public void Dispose()
    {
        ResumeAll();
        _end?.Dispose();
    }

    private void Resume(NodeId id, ProcessIdentity process)
    {
        lock (_gate)
        {
            if (!_paused.TryGetValue(id, out var pause) || pause.Process != process)
                return;
            _paused.Remove(id);
            pause.Timer.Dispose();
        }

        ProcessSignal.Resume(process);
        FaultLabLog.Resumed(_logger, id.ToString(), process.ProcessId);
    }

    private ProcessIdentity Find(NodeId id) => PidFile.FindRunning(_topology.FolderOf(id), id.ToString())
        ?? throw OrderRefusedException.Impossible($"{id} is not running.");
}
