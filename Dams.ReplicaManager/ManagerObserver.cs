using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// Looks at the manager's core, because cores have no logger. It logs what the managers agree on, and hands the agreed version to the
/// keeper of its replica.
/// </summary>
internal sealed class ManagerObserver(ManagerProtocol manager, byte id, ReplicaKeeper keeper, Action ended, ILogger logger) : ICoreObserver
{
    private long _told;
    private bool _hasBegun;
    private (MemberState State, Claim Promised, Claim Installed) _seen =
        (manager.Member.State, manager.Member.Promised, manager.Member.Installed);

    private long? _divided;
    private long? _disputed;
    private bool _isInVain;

    /// <summary>
    /// The manager has started; call once. An earlier boot has logged its events already. They are not logged again when the durable log
    /// gives them back.
    /// </summary>
    public void OnStarted()
    {
        NoteFormerBoot();
        UseVersion();
    }

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        UseVersion();
        NoteFormerBoot();
        foreach (var happening in manager.State.Events)
        {
            if (happening.Number <= _told)
                continue;
            _told = happening.Number;
            if (happening.Kind is AgreedEventKind.Alarm or AgreedEventKind.Degraded)
                ManagerLog.Alarmed(logger, happening.Number, happening.Replica, happening.Kind.ToString(), happening.Text);
            else
                ManagerLog.Agreed(logger, happening.Number, happening.Replica, happening.Kind.ToString(), happening.Text);
        }

        if (manager.DividedAt != _divided)
        {
            _divided = manager.DividedAt;
            if (_divided is { } checkpoint)
                ManagerLog.Divided(logger, checkpoint);
        }

        if (manager.DisputedAt != _disputed)
        {
            _disputed = manager.DisputedAt;
            if (_disputed is { } join)
                ManagerLog.StatesDisputed(logger, join);
        }

        var member = manager.Member;
        if (member.IsInstallingInVain != _isInVain)
        {
            _isInVain = member.IsInstallingInVain;
            if (_isInVain)
                ManagerLog.InstallsInVain(logger, member.Promised.ToString(), member.Executed.Value);
        }

        if (_seen == (member.State, member.Promised, member.Installed))
            return;
        _seen = (member.State, member.Promised, member.Installed);
        ManagerLog.StateChanged(
            logger, member.State.ToString(), member.Promised.ToString(), member.Installed.ToString(), member.View.ToString());
        if (member.IsOver)
        {
            ManagerLog.BeginsAnew(logger, member.State.ToString(), member.HaltReason ?? "it was ordered out");
            ended();
        }
    }

    /// <summary>
    /// Takes all events up to the end of the replay as known. The log is replayed when other members have confirmed the
    /// folder.
    /// </summary>
    private void NoteFormerBoot()
    {
        if (_hasBegun)
            return;
        _told = manager.State.Events.LastOrDefault()?.Number ?? 0;
        _hasBegun = manager.Member.State != MemberState.Unconfirmed;
    }

    private void UseVersion() =>
        keeper.UseVersion(manager.State.VersionTurns(id), isReplacing: manager.State.Unsettled(id) is not null);
}
