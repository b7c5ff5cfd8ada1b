using System.Collections.Immutable;
using System.Diagnostics;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// Keeps the process of the manager's own replica running. When the replica's incarnation is over, it sets the folder aside, so that the
/// next incarnation begins with the version whose turn it is. Any thread may call it. Calls that touch files run one after the other,
/// and wait for the disk.
/// </summary>
internal sealed class ReplicaKeeper
{
    private const int Unknown = -1;

    private readonly NodeId _id;
    private readonly string _folder;
    private readonly ImmutableArray<string> _versions;
    private readonly ILogger _logger;
    private readonly Lock _files = new();
    private volatile int _turns;
    private volatile int _startedTurns = Unknown;
    private volatile string? _blocked;
    private Action _restarts = static () => { };

    /// <summary>Keeps the replica that has this manager's number.</summary>
    public ReplicaKeeper(NodeContext context, DamsProgram program, ILogger logger)
    {
        _id = new NodeId(NodeRole.Replica, context.Id.Number);
        _folder = context.Topology.FolderOf(_id);
        _versions = context.Topology.FindReplica(context.Id.Number)!.Versions;
        _logger = logger;
        Process = new SupervisedProcess(
            _id.ToString(), () => StartInfo(program, context), new SupervisionPolicy(), logger, TimeProvider.System, FindRunning);
    }

    /// <summary>The id of the replica, not of its manager.</summary>
    public NodeId Id => _id;

    /// <summary>The replica's process.</summary>
    public SupervisedProcess Process { get; }

    /// <summary>
    /// Why the process can't run although nothing is wrong with it: a foreign process has locked its folder. An operator must end that
    /// process; no other incarnation is needed. Null if the process can run.
    /// </summary>
    public string? Blocked => _blocked;

    /// <summary>The version that the process runs, or will be started with if there is none.</summary>
    public string Version => VersionAt(Process.Status.Process is null || _startedTurns == Unknown ? _turns : _startedTurns);

    /// <summary>
    /// Takes the agreed number of version changes. A process that runs an older version is started again on the same folder. That happens
    /// at once, unless the process may belong to the incarnation that is being replaced.
    /// </summary>
    /// <param name="turns">How often the seat's version has been changed.</param>
    /// <param name="isReplacing">
    /// Whether a replacement of this seat is not settled yet: <see cref="Replace"/> then looks which incarnation runs.
    /// </param>
    public void UseVersion(int turns, bool isReplacing)
    {
        _turns = turns;
        if (!isReplacing)
            FollowVersion();
    }

    /// <summary>Sets what is called whenever the process is started again.</summary>
    /// <param name="exited">Called when it has ended by itself or could not be started. It is started again after a pause.</param>
    /// <param name="restarts">Called when it is being stopped in order to run another version.</param>
    public void OnRestarts(Action exited, Action restarts)
    {
        _restarts = restarts;
        var before = SupervisedState.Idle;
        Process.Changed = status =>
        {
            // After a failed start, the last exit code is that of the process before it.
            if (status.State == SupervisedState.Pausing && before != SupervisedState.Pausing)
                OnPausing(before == SupervisedState.Starting ? null : status.LastExitCode, exited);
            before = status.State;
        };
    }

    /// <summary>The replica has answered, so its process runs.</summary>
    public void OnAnswered() => _blocked = null;

    /// <summary>
    /// Replaces the incarnation of a decision, which has left. If the folder still belongs to that incarnation, its process is ended,
    /// whatever its state, and the next incarnation begins. Otherwise the next one has begun already, maybe before this manager knew its
    /// version.
    /// </summary>
    public void Replace(Decision decision)
    {
        var isOver = Change(
            $"decision {decision.Number}", incarnation => incarnation?.Value == decision.Incarnation,
            ReplicaFolder.MarkAsLeft, Process.Renew);
        if (!isOver)
            FollowVersion();
    }

    /// <summary>
    /// Sets aside a folder on which no process can be started. The folder stays if it belongs to the member in the view. It also stays if
    /// there is such a member and the folder does not name its incarnation.
    /// </summary>
    public void SetAsideUnless(ulong present) => Change(
        "its process can't be started",
        incarnation => present == 0 || (incarnation is { } known && known.Value != present),
        ReplicaFolder.MarkAsUseless,
        static running =>
        {
            // The pauses between starts stay as long as they are by now: the next process may fail for the same reason.
            if (running is { } one)
                ProcessSignal.Kill(one);
        });

    /// <summary>Sets aside a folder that was put back, of an incarnation that was replaced earlier. A new incarnation begins.</summary>
    public void SetAsideReplaced(ulong replaced) => Change(
        "it was replaced earlier, and its folder is a copy that was put back", incarnation => incarnation?.Value == replaced,
        ReplicaFolder.MarkAsLeft, Process.Renew);

    // A folder that is in use is no failed start. The next start takes over the process that works on it, if there is one.
    private void OnPausing(int? exitCode, Action exited)
    {
        if (exitCode == ExitCodes.AlreadyRunning)
        {
            if (PidFile.FindRunning(_folder, _id.ToString()) is null)
                Block();
            return;
        }

        _blocked = null;
        if (exitCode != ExitCodes.OrderedOut)
            exited();
    }

    private void Block()
    {
        var isNews = _blocked is null;
        var why = $"{_id} can't run: {PidFile.WhyNotHeld(_folder, _id.ToString())}";
        _blocked = why;
        if (isNews)
            ManagerLog.Blocked(_logger, why);
    }

    /// <returns>Whether the incarnation is over.</returns>
    private bool Change(string why, Func<Incarnation?, bool> isOver, Action<string, string> mark, Action<ProcessIdentity?> end)
    {
        lock (_files)
            return ChangeAlone(why, isOver, mark, end);
    }

    private bool ChangeAlone(string why, Func<Incarnation?, bool> isOver, Action<string, string> mark, Action<ProcessIdentity?> end)
    {
        try
        {
            if (File.Exists(_folder))
                throw new IOException("a file stands where the folder should be");
            var known = ReplicaFolder.IncarnationOf(_folder);
            if (!isOver(known))
                return false;
            var incarnation = known?.ToString() ?? "unknown";
            ManagerLog.Replaces(_logger, _id.ToString(), incarnation, why, VersionAt(_turns));
            mark(_folder, incarnation);
            end(Process.Status.Process);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            ManagerLog.CannotSetAside(_logger, _id.ToString(), _folder, problem.Message);
            // An incarnation that has left must not run, even if its folder can't be moved.
            if (Process.Status.Process is { } running)
                ProcessSignal.Kill(running);
        }

        return true;
    }

    private string VersionAt(int turns) => _versions[turns % _versions.Length];

    private void FollowVersion()
    {
        // The status is read first, because a process's turns are noted before the status says that it runs. Turns only rise: a manager
        // that knows fewer than the process has not caught up yet.
        if (Process.Status is not { State: SupervisedState.Running, Process: { } running }
            || _startedTurns is var started && (started == Unknown || started >= _turns))
        {
            return;
        }

        var (former, next) = (VersionAt(started), VersionAt(_turns));
        if (former == next)
            return;
        Process.Restart(running, () =>
        {
            ManagerLog.ChangesVersion(_logger, _id.ToString(), former, next);
            _restarts();
        });
    }

    private ProcessIdentity? FindRunning()
    {
        if (PidFile.FindRunning(_folder, _id.ToString()) is not { } running)
            return null;
        _startedTurns = ReplicaFolder.TurnsOf(_folder) ?? Unknown;
        return running;
    }

    private ProcessStartInfo StartInfo(DamsProgram program, NodeContext context)
    {
        // Without the lock, Change could look at one incarnation's folder and then mark that of the next.
        lock (_files)
        {
            var aside = ReplicaFolder.SetAsideIfLeft(_folder);
            if (aside is not null)
                ManagerLog.SetAside(_logger, _id.ToString(), aside);
            // A manager that has not caught up knows fewer turns than the folder.
            var turns = Math.Max(_turns, ReplicaFolder.TurnsOf(_folder) ?? 0);
            ReplicaFolder.MarkTurns(_folder, turns);
            _startedTurns = turns;
            return program.ToStartInfo(
                [.. context.ArgumentsFor(_id), "--engine", VersionAt(turns), .. aside is null ? (string[])[] : ["--joins"]]);
        }
    }
}
