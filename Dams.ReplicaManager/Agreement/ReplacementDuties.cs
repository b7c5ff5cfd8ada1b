using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Carries out what is agreed on. It decides whose LEAVE is asked for, when the next incarnation of the own seat begins, and when a
/// replacement is reported as settled or overdue. Pure and single-threaded.
/// </summary>
internal sealed class ReplacementDuties(
    ManagerOptions options, byte id, AgreedState state, LeaveRequester replicas, ReportSender reports, IReplicaAccess access)
{
    private static readonly TimeSpan s_repeat = TimeSpan.FromSeconds(5);

    private long _leaveWantedFor;
    private Instant _replaceAt;
    private long _overdueOf;
    private Instant _overdueAt = Instant.Never;

    /// <summary>When <see cref="Follow"/> wants to be called next.</summary>
    public Instant NextDeadline => state.Unsettled(id) is { } own && HasLeft(own) ? Instant.Earlier(_overdueAt, _replaceAt) : _overdueAt;

    /// <summary>
    /// Does what is due. Every manager asks for the LEAVE, so that it does not depend on the replaced replica's own manager. Then that one
    /// begins the new incarnation.
    /// </summary>
    public void Follow(Instant now)
    {
        if (LeaveDue() is { } due && _leaveWantedFor != due.Number)
        {
            _leaveWantedFor = due.Number;
            replicas.OnWanted(due.Replica, new Incarnation(due.Incarnation), (ulong)due.Number, isForced: false, now);
        }

        if (state.Unsettled(id) is not { } own)
        {
            _replaceAt = now;
        }
        else if (HasLeft(own) && now >= _replaceAt)
        {
            // Repeated until it is settled, because moving the folder or starting the process may fail.
            _replaceAt = now + s_repeat;
            access.Replace(own, state.VersionTurns(own.Replica));
        }

        ReportSettled(now);
        ReportOverdue(now);
    }

    /// <summary>
    /// The decision whose LEAVE must be ordered: the replacement whose turn it is, or else one that is overdue and has not even left.
    /// </summary>
    private Decision? LeaveDue()
    {
        if (state.Active is { } active)
            return replicas.View.Has(active.Replica, active.Incarnation) ? active : null;
        foreach (var seat in options.Seats)
        {
            if (state.Unsettled(seat) is { } overdue && replicas.View.Has(seat, overdue.Incarnation))
                return overdue;
        }

        return null;
    }

    private void ReportSettled(Instant now)
    {
        foreach (var seat in options.Seats)
        {
            if ((state.Unsettled(seat) ?? state.LeftAlone(seat)) is { } decision && HasLeft(decision)
                && replicas.View.TryGet(seat, out var present) && present.Votes)
            {
                reports.Send(new SettledReport(seat, decision.Incarnation, decision.Number), now);
            }
        }
    }

    /// <summary>The agreed time stands still while nobody reports, so each manager times the replacement itself.</summary>
    private void ReportOverdue(Instant now)
    {
        if (state.Active is not { } active)
        {
            _overdueAt = Instant.Never;
            _overdueOf = 0;
            return;
        }

        if (_overdueOf != active.Number)
        {
            _overdueOf = active.Number;
            _overdueAt = now + options.ReplacementPatience;
        }

        if (now < _overdueAt)
            return;
        _overdueAt = now + s_repeat;
        reports.Send(new OverdueReport(active.Replica, active.Incarnation, active.Number), now);
    }

    private bool HasLeft(Decision decision) => replicas.View.HasLost(decision.Replica, decision.Incarnation, seenIn: decision.View);
}
