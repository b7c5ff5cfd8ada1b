using System.Collections.Immutable;
using Dams.FrontEnd.Events;
using Dams.Ordering;

namespace Dams.FrontEnd.Status;

/// <summary>
/// Follows the replicas that can't run because a foreign process has locked their folder, as their managers report it. That is an alarm:
/// a replacement would lose a healthy replica, and the foreign process could lock the next folder, too. The poller's task writes; any
/// thread reads.
/// </summary>
/// <param name="frontEnd">The id of this front end, which its events carry.</param>
/// <param name="journal">Takes the events.</param>
/// <param name="alarms">Takes the alarm.</param>
internal sealed class BlockedReplicas(NodeId frontEnd, ClusterEventJournal journal, StandingAlarms alarms)
{
    private volatile ImmutableSortedDictionary<int, string> _blocked = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>Whether a replica is silent for that reason. Then its silence is no news.</summary>
    public bool Includes(int replica) => _blocked.ContainsKey(replica);

    /// <summary>A round of polls is over. A manager that did not answer has said nothing new about its replica.</summary>
    public void OnPolled(ClusterReports reports)
    {
        var before = _blocked;
        var now = before
            .RemoveRange(reports.Managers.Where(manager => manager.Value.Replica?.Blocked is null).Select(manager => manager.Key))
            .SetItems(reports.Managers.Where(manager => manager.Value.Replica?.Blocked is not null)
                .Select(manager => KeyValuePair.Create(manager.Key, manager.Value.Replica!.Blocked!)));
        _blocked = now;
        if (now.IsEmpty)
        {
            alarms.Settle(AlarmCause.ReplicasBlocked);
            if (!before.IsEmpty)
                journal.Write(ClusterEventKind.AlarmSettled, frontEnd.ToString(),
                    "no foreign process keeps a replica from running any more");
            return;
        }

        alarms.Raise(AlarmCause.ReplicasBlocked, string.Join("; ", now.Values));
        foreach (var (_, why) in now.Where(replica => !before.ContainsKey(replica.Key)))
            journal.Write(ClusterEventKind.Alarm, frontEnd.ToString(), why);
    }
}
