using Dams.Contracts.Soap;
using Dams.Contracts.Topology;
using Dams.FrontEnd.Status;
using Dams.Ordering;
using NodeId = Dams.Contracts.Topology.NodeId;
using NodeRole = Dams.Contracts.Topology.NodeRole;

namespace Dams.FrontEnd.Events;

/// <summary>Turns what is polled of replicas and managers into events. Called by the poller's task only.</summary>
/// <param name="topology">Whom to look at.</param>
/// <param name="view">The view that replies are judged by.</param>
/// <param name="journal">Where events go.</param>
internal sealed class ClusterWatch(ClusterTopology topology, Func<View> view, EventJournal journal)
{
    private readonly Dictionary<string, Transition> _states = [];
    private readonly HashSet<string> _differing = [];
    private long _lastManagerEvent;

    /// <summary>A round of polls is over.</summary>
    public void OnPolled(ClusterReports reports)
    {
        var members = view();
        // What the managers have done is the reason for what follows from it.
        CopyManagerEvents(reports);
        foreach (var replica in topology.Replicas)
            Note(ClusterEventKind.ReplicaStateChanged, replica.Id.ToString(), ReplicaStates.Of(replica, members, reports));
        foreach (var manager in topology.Managers)
            Note(ClusterEventKind.ManagerStateChanged, manager.Id.ToString(), ReplicaStates.OfManager(manager, reports));
        CompareDigests(reports);
    }

    // One poll that is answered late on a busy machine is no transition: two in a row have to say it.
    private void Note(ClusterEventKind kind, string node, string state)
    {
        if (!_states.TryGetValue(node, out var known))
        {
            // Who was never heard is starting.
            if (state is ReplicaStates.Dead or ReplicaStates.Restarting)
                return;
            _states.Add(node, new Transition(state, state));
            journal.Write(kind, node, $"is {state}");
            return;
        }

        _states[node] = known with { Seen = state };
        if (state == known.Told || state != known.Seen)
            return;
        _states[node] = new Transition(state, state);
        journal.Write(kind, node, $"is {state}, and was {known.Told}");
    }

    // A digest and the number of the last executed entry are taken together, so replicas can be compared that happen to be at the same one.
    private void CompareDigests(ClusterReports reports)
    {
        foreach (var same in reports.Replicas.Values.GroupBy(report => report.Executed))
        {
            if (same.GroupBy(report => report.StateDigest).FirstOrDefault(equal => equal.Count() > 1 && equal.Count() * 2 > same.Count()) is not { } majority)
                continue;
            foreach (var report in same)
                Compare(report, majority.Key);
        }
    }

    // Once per incarnation: replies that were wrong leave the state when their sessions end, and come again with the next ones.
    private void Compare(GetStatusResult report, string majority)
    {
        if (report.StateDigest != majority && _differing.Add(report.Incarnation))
            journal.Write(ClusterEventKind.CheckpointDiffers, new NodeId(NodeRole.Replica, report.Id).ToString(), $"has another state than the majority after entry {report.Executed}");
    }

    // The managers agree on their events and number them alike, so that any of them can tell.
    private void CopyManagerEvents(ClusterReports reports)
    {
        foreach (var told in reports.Managers.Values.SelectMany(manager => manager.Events ?? []).Where(told => told.Number > _lastManagerEvent).DistinctBy(told => told.Number).OrderBy(told => told.Number))
        {
            _lastManagerEvent = told.Number;
            var isKnown = ClusterEventKindNames.TryParse(told.Kind, out var kind);
            journal.Write(isKnown ? kind : ClusterEventKind.ManagerEvent, told.Node, isKnown ? told.Text : $"{told.Kind}: {told.Text}", told.Time);
        }
    }

    /// <param name="Told">The state of the last event.</param>
    /// <param name="Seen">The state at the last poll.</param>
    private sealed record Transition(string Told, string Seen);
}
