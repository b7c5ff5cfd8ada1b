using System.Collections.Immutable;
using System.Diagnostics;
using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// The own replica's process and folder: keeps the one running, and sets the other aside when its incarnation is over, so that the next begins with the version whose
/// turn it is. May be called by any thread; what touches files is done one after the other, and waits for the disk.
/// </summary>
internal sealed class ReplicaKeeper
{
    private const int Unknown = -1;

    private readonly Contracts.Topology.NodeId _id;
    private readonly string _folder;
    private readonly ImmutableArray<string> _versions;
    private readonly ILogger _logger;
    private readonly Lock _files = new();
    private volatile int _turns;
    private volatile int _startedTurns = Unknown;
    private Action _restarts = static () => { };

    /// <summary>A keeper of the replica of this manager's number.</summary>
    /// <param name="context">What the manager's process was given.</param>
    /// <param name="program">The replica's program.</param>
    /// <param name="logger">The log.</param>
    public ReplicaKeeper(NodeContext context, DamsProgram program, ILogger logger)
    {
        _id = new Contracts.Topology.NodeId(Contracts.Topology.NodeRole.Replica, context.Id.Number);
        _folder = context.Topology.FolderOf(_id);
        _versions = context.Topology.FindReplica(context.Id.Number)!.Versions;
        _logger = logger;
        Process = new SupervisedProcess(_id.ToString(), () => StartInfo(program, context), new SupervisionPolicy(), logger, TimeProvider.System,
            FindRunning);
    }

    /// <summary>The replica's name.</summary>
    public Contracts.Topology.NodeId Id => _id;

    /// <summary>The replica's process.</summary>
    public SupervisedProcess Process { get; }

    /// <summary>The version that the process runs, or will be started with if there is none.</summary>
    public string Version => VersionAt(Process.Status.Process is null || _startedTurns == Unknown ? _turns : _startedTurns);

    /// <summary>How many times the version was changed, as agreed. What runs an older one is started again, on the same folder; at once, unless it may be the one that goes.</summary>
    /// <param name="turns">How many times.</param>
    /// <param name="isReplacing">A replacement of this slot is not settled: <see cref="Replace"/> looks who runs.</param>
    public void UseVersion(int turns, bool isReplacing)
    {
        _turns = turns;
        if (!isReplacing)
            FollowVersion();
    }

    /// <summary>Calls back whenever the process is started again.</summary>
    /// <param name="exited">It has ended by itself or could not be started, and is started again after a pause.</param>
    /// <param name="restarts">It is being stopped, because it is to run another version.</param>
    public void OnRestarts(Action exited, Action restarts)
    {
        _restarts = restarts;
        var before = SupervisedState.Idle;
        Process.Changed = status =>
        {
            // A start that fails leaves the exit code of the process before it.
            if (status.State == SupervisedState.Pausing && before != SupervisedState.Pausing && (before == SupervisedState.Starting || status.LastExitCode != ExitCodes.OrderedOut))
                exited();
            before = status.State;
        };
    }

    /// <summary>
    /// The incarnation of a decision has left: if the folder is still its own, the process ends, however it does, and the next begins anew. If it is not, the next has
    /// begun, maybe before this manager knew with which version.
    /// </summary>
    public void Replace(Decision decision)
    {
        if (!Change($"decision {decision.Number}", incarnation => incarnation?.Value == decision.Incarnation, ReplicaFolder.MarkAsLeft, Process.Renew))
            FollowVersion();
    }

    /// <summary>The folder can't be started from: it is set aside, unless it is that of a member of the view, or may be, because it does not say whose it is.</summary>
    public void SetAsideUnless(ulong present) => Change("its process can't be started", incarnation => present == 0 || (incarnation is { } known && known.Value != present), ReplicaFolder.MarkAsUseless, static running =>
    {
        // Its pauses stay as long as they have become: what keeps it from starting may keep the next one.
        if (running is { } one)
            ProcessSignal.Kill(one);
    });

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
            // What has left must not run, even if its folder can't be moved.
            if (Process.Status.Process is { } running)
                ProcessSignal.Kill(running);
        }

        return true;
    }

    private string VersionAt(int turns) => _versions[turns % _versions.Length];

    private void FollowVersion()
    {
        // In this order: what is known of a process is known before it is said to run. And turns only rise, so that who knows fewer does not know all yet.
        if (Process.Status is not { State: SupervisedState.Running, Process: { } running } || _startedTurns is var started && (started == Unknown || started >= _turns))
            return;
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
        // Not while it is looked at whose folder this is, or the next one's would be marked.
        lock (_files)
        {
            var aside = ReplicaFolder.SetAsideIfLeft(_folder);
            if (aside is not null)
                ManagerLog.SetAside(_logger, _id.ToString(), aside);
            // A manager that has not caught up knows less than its folder.
            var turns = Math.Max(_turns, ReplicaFolder.TurnsOf(_folder) ?? 0);
            ReplicaFolder.MarkTurns(_folder, turns);
            _startedTurns = turns;
            return program.ToStartInfo([.. context.ArgumentsFor(_id), "--engine", VersionAt(turns), .. aside is null ? (string[])[] : ["--joins"]]);
        }
    }
}
