using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Hosting.Snapshots;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting;

/// <summary>
/// Logs the transitions of a replica's cores, and has their snapshots brought to disk and fetched. The cores have no
/// logger and no files.
/// </summary>
/// <param name="node">The cores: the group member and the state machine.</param>
/// <param name="snapshots">Writes snapshots and trims the log.</param>
/// <param name="fetch">Begins to fetch a snapshot if the member wants one.</param>
/// <param name="left">Called once, when the incarnation has been ordered out.</param>
/// <param name="logger">Gets the transitions.</param>
internal sealed class ReplicaObserver(ReplicaProtocol node, SnapshotKeeper snapshots, Action fetch, Action left, ILogger logger)
    : ICoreObserver
{
    private long _engineFailures;
    private SequenceNumber? _waitingBefore;
    private bool _isInVain;
    // Null at first, so that the state at the start is logged, too: the log on disk may say that this incarnation was
    // ordered out or must halt.
    private (MemberState State, Claim Promised, Claim Installed)? _seen;

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        snapshots.OnBatchEnd();
        fetch();
        LogEngineFailures();
        LogWaiting();
        LogInstalling();
        var member = node.Member;
        if (_seen == (member.State, member.Promised, member.Installed))
            return;
        _seen = (member.State, member.Promised, member.Installed);
        if (member.State == MemberState.Halted)
            ReplicaLog.Halted(logger, member.HaltReason!);
        else if (member.State == MemberState.Outdated)
            ReplicaLog.Outdated(logger, member.HaltReason!);
        else
        {
            ReplicaLog.StateChanged(
                logger, member.State.ToString(), member.Promised.ToString(), member.Installed.ToString(), member.View.ToString());
        }

        if (member.State == MemberState.Left)
            left();
    }

    private void LogEngineFailures()
    {
        if (node.Core.EngineFailures == _engineFailures)
            return;
        _engineFailures = node.Core.EngineFailures;
        var last = node.Core.LastEngineFailure!;
        ReplicaLog.EngineFailed(
            logger, node.Core.Engine.Version, last.Command.GetType().Name, last.Seq.Value, _engineFailures,
            $"{last.Exception.GetType()} {last.Exception.StackTrace}");
        ReplicaLog.EngineException(logger, node.Core.Engine.Version, last.Seq.Value, last.Exception);
    }

    private void LogInstalling()
    {
        var member = node.Member;
        if (member.IsInstallingInVain == _isInVain)
            return;
        _isInVain = member.IsInstallingInVain;
        if (_isInVain)
            ReplicaLog.InstallsInVain(logger, member.Promised.ToString(), member.Executed.Value);
    }

    private void LogWaiting()
    {
        if (node.Member.WaitingBefore == _waitingBefore)
            return;
        if (node.Member.WaitingBefore is not { } seq)
            ReplicaLog.GoesOn(logger, _waitingBefore!.Value.Value, node.Member.Executed.Value);
        else if (node.Member.IsPoisoned)
            ReplicaLog.Poisoned(logger, seq.Value, GroupMember.DeathsMax);
        else
            ReplicaLog.Renounced(logger, seq.Value);
        _waitingBefore = node.Member.WaitingBefore;
    }
}
