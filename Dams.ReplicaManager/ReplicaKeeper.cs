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
    private readonly Contracts.Topology.NodeId _id;
    private readonly string _folder;
    private readonly ImmutableArray<string> _versions;
    private readonly ILogger _logger;
    private readonly Lock _files = new();
    private volatile int _versionTurns;

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
            () => PidFile.FindRunning(_folder, _id.ToString()));
    }

    /// <summary>The replica's name.</summary>
    public Contracts.Topology.NodeId Id => _id;

    /// <summary>The replica's process.</summary>
    public SupervisedProcess Process { get; }

    /// <summary>The version that the process is, or will be, started with.</summary>
    public string Version => _versions[_versionTurns % _versions.Length];

    /// <summary>How many times the version was changed, as agreed; for the next start.</summary>
    public void UseVersion(int turns) => _versionTurns = turns;

    /// <summary>Calls back whenever the process has ended by itself or could not be started, and is started again after a pause.</summary>
    public void OnExits(Action exited)
    {
        var before = SupervisedState.Idle;
        Process.Changed = status =>
        {
            // A start that fails leaves the exit code of the process before it.
            if (status.State == SupervisedState.Pausing && before != SupervisedState.Pausing && (before == SupervisedState.Starting || status.LastExitCode != ExitCodes.OrderedOut))
                exited();
            before = status.State;
        };
    }

    /// <summary>The incarnation of a decision has left: if the folder is still its own, the process ends, however it does, and the next begins anew.</summary>
    public void Replace(Decision decision) => Change($"decision {decision.Number}", incarnation => incarnation == new Incarnation(decision.Incarnation).ToString(), Process.Renew);

    /// <summary>The folder can't be started from: it is set aside, unless it is that of a member of the view.</summary>
    public void SetAsideUnless(ulong present) => Change("its process can't be started", incarnation => incarnation != new Incarnation(present).ToString(), static running =>
    {
        // Its pauses stay as long as they have become: what keeps it from starting may keep the next one.
        if (running is { } one)
            ProcessSignal.Kill(one);
    });

    private void Change(string why, Func<string, bool> isOver, Action<ProcessIdentity?> end)
    {
        lock (_files)
            ChangeAlone(why, isOver, end);
    }

    private void ChangeAlone(string why, Func<string, bool> isOver, Action<ProcessIdentity?> end)
    {
        try
        {
            if (File.Exists(_folder))
                throw new IOException("a file stands where the folder should be");
            if (ReplicaFolder.IncarnationOf(_folder) is not { } incarnation || !isOver(incarnation))
                return;
            ManagerLog.Replaces(_logger, _id.ToString(), incarnation, why, Version);
            ReplicaFolder.MarkAsLeft(_folder, incarnation);
            end(Process.Status.Process);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            ManagerLog.CannotSetAside(_logger, _id.ToString(), _folder, problem.Message);
            // What has left must not run, even if its folder can't be moved.
            if (Process.Status.Process is { } running)
                ProcessSignal.Kill(running);
        }
    }

    private ProcessStartInfo StartInfo(DamsProgram program, NodeContext context)
    {
        List<string> arguments = [.. context.ArgumentsFor(_id), "--engine", Version];
        // Not while it is looked at whose folder this is, or the next one's would be marked.
        lock (_files)
        {
            if (ReplicaFolder.SetAsideIfLeft(_folder) is { } aside)
            {
                ManagerLog.SetAside(_logger, _id.ToString(), aside);
                arguments.Add("--joins");
            }
        }

        return program.ToStartInfo(arguments);
    }
}
