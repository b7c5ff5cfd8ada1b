using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.FrontEnd.Events;

/// <summary>Turns the polled reports of replicas and managers into events and alarms. Called by the poller's task only.</summary>
/// <param name="frontEnd">The id of this front end, which its own events carry.</param>
/// <param name="topology">Names the replicas and managers.</param>
/// <param name="view">Gives the view that replies are judged by.</param>
/// <param name="journal">Takes the events.</param>
/// <param name="alarms">Takes the alarms.</param>
/// <param name="time">The clock that limits repeated events.</param>
internal sealed class ClusterWatch(
    NodeId frontEnd, ClusterTopology topology, Func<View> view, ClusterEventJournal journal, StandingAlarms alarms, TimeProvider time)
{
    /// <summary>A shorter session window is an alarm. Few clients still repeat a request so long after its first try.</summary>
    public static readonly TimeSpan SessionWindowMin = TimeSpan.FromMinutes(10);

    // A single replica may say anything about itself.
    private const int WitnessesMin = 2;

    private readonly Dictionary<string, Transition> _states = [];
    private readonly Dictionary<int, Incarnation> _differing = [];
    private readonly Throttle _dividedThrottle = new(time);
    private (long At, string Split)? _divided;
    private long _lastManagerEvent;

    /// <summary>A round of polls is over.</summary>
    public void OnPolled(ClusterReports reports)
    {
        var members = view();
        // The managers' events come first, because they are the reason for the changes below.
        CopyManagerEvents(reports);
        foreach (var replica in topology.Replicas)
            Note(ClusterEventKind.ReplicaStateChanged, replica.Id.ToString(), ReplicaStates.Of(replica, members, reports));
        foreach (var manager in topology.Managers)
            Note(ClusterEventKind.ManagerStateChanged, manager.Id.ToString(), ReplicaStates.OfManager(manager, reports));
        foreach (var compared in StateComparison.Of(reports, topology.Replicas.Length))
            OnCompared(compared, members);
        WatchSessions(reports);
    }

    // One late answer on a busy machine is no transition: two polls in a row must show the new state.
    private void Note(ClusterEventKind kind, string node, string state)
    {
        if (!_states.TryGetValue(node, out var known))
        {
            // A process that was never heard is still starting.
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
        journal.Write(kind, node, $"{known.Told} → {state}");
    }

    private void OnCompared(StateComparison compared, View members)
    {
        foreach (var replica in compared.Differing)
        {
            if (members.TryGet((byte)replica, out var member))
                OnDiffering(replica, member.Incarnation, compared.At);
        }

        if (compared.Split is { } split)
            OnDivided(compared.At, split);
        else if (compared.HasMajority && compared.At >= _divided?.At)
            OnUnited();
    }

    // Told once per incarnation, because the difference may come and go: wrong replies leave the state when their sessions end, and
    // the next wrong replies enter it. The view gives the incarnation. The replica might name another one each time.
    private void OnDiffering(int replica, Incarnation incarnation, long at)
    {
        if (_differing.TryGetValue(replica, out var told) && told == incarnation)
            return;
        _differing[replica] = incarnation;
        journal.Write(ClusterEventKind.CheckpointDiffers, NodeId.Replica((byte)replica).ToString(),
            $"has another state than the majority after entry {at}");
    }

    // Each split is told once per entry, but not so often that it drives everything else out of the journal.
    private void OnDivided(long at, string split)
    {
        if (_divided == (at, split))
            return;
        _divided = (at, split);
        var text = $"the replicas' states are divided after entry {at}: {split}; nobody is accused; compare the states";
        alarms.Raise(AlarmCause.StatesDivided, text);
        if (_dividedThrottle.Passes(out var count))
        {
            journal.Write(ClusterEventKind.StatesDivided, frontEnd.ToString(),
                count == 1 ? text : $"{text}; the last of {count} such entries");
        }
    }

    private void OnUnited()
    {
        _divided = null;
        alarms.Settle(AlarmCause.StatesDivided);
    }

    private void WatchSessions(ClusterReports reports)
    {
        var tooShort = reports.Replicas.Where(report => IsShort(report.Value))
            .OrderBy(report => report.Value.SessionWindowSeconds)
            .ToList();
        if (tooShort.Count >= WitnessesMin)
        {
            var text = $"a request that is repeated more than {tooShort[0].Value.SessionWindowSeconds} s after its first try "
                + "may take effect twice: the session window is shorter than "
                + $"{SessionWindowMin.TotalSeconds} s at "
                + string.Join(" and ", tooShort.Select(report => NodeId.Replica((byte)report.Key).ToString())
                    .Order(StringComparer.Ordinal))
                + "; let clients repeat sooner, or send fewer writes with ids of their own";
            if (alarms.Raise(AlarmCause.SessionWindowShort, text))
                journal.Write(ClusterEventKind.Alarm, frontEnd.ToString(), text);
        }
        else if (topology.Replicas.Length - reports.Replicas.Values.Count(report => !IsShort(report)) < WitnessesMin)
        {
            // A replica that did not answer this time may still have a short window.
            alarms.Settle(AlarmCause.SessionWindowShort);
        }
    }

    private static bool IsShort(GetStatusResult report) =>
        report.SessionWindowSecondsSpecified && report.SessionWindowSeconds < SessionWindowMin.TotalSeconds;

    // The managers agree on their events and number them alike, so any manager's list will do.
    private void CopyManagerEvents(ClusterReports reports)
    {
        var newEvents = reports.Managers.Values.SelectMany(manager => manager.Events)
            .Where(told => told.Number > _lastManagerEvent)
            .DistinctBy(told => told.Number)
            .OrderBy(told => told.Number);
        foreach (var told in newEvents)
        {
            _lastManagerEvent = told.Number;
            var isKnown = ClusterEventKindNames.TryParse(told.Kind, out var kind);
            journal.Write(isKnown ? kind : ClusterEventKind.ManagerEvent, told.Node,
                isKnown ? told.Text : $"{told.Kind}: {told.Text}", told.Time);
        }
    }

    /// <param name="Told">The state of the last event.</param>
    /// <param name="Seen">The state at the last poll.</param>
    private sealed record Transition(string Told, string Seen);
}
