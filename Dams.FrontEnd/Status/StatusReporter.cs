using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Storage;
using Dams.Service;

namespace Dams.FrontEnd.Status;

/// <summary>Builds the status from what the coordinator, the replicas and the managers report. For any thread.</summary>
/// <param name="topology">The cluster.</param>
/// <param name="host">The name of the host where this front end stands; null in a configuration without hosts.</param>
/// <param name="coordinator">Reports about calls and replies; used by the loop only.</param>
/// <param name="driver">The loop.</param>
/// <param name="poller">Reports what replicas and managers answer.</param>
/// <param name="journal">The events of the cluster.</param>
/// <param name="alarms">The alarms of this front end.</param>
internal sealed class StatusReporter(
    ClusterTopology topology,
    string? host,
    RequestCoordinator coordinator,
    ProtocolDriver driver,
    ClusterPoller poller,
    ClusterEventJournal journal,
    StandingAlarms alarms)
{
    /// <summary>How many of the last events the status has: as many as fit a screen. <c>/events</c> has the others.</summary>
    public const int EventsShown = 50;

    /// <summary>The present status. The parts that come from polls are at most half a second old.</summary>
    public async Task<ClusterStatus> ReportAsync()
    {
        var seen = await driver.InvokeAsync(Look).ConfigureAwait(false);
        var reports = poller.Reports;
        var differing = StateComparison.Of(reports, topology.Replicas.Length).SelectMany(compared => compared.Differing).ToHashSet();
        var sequencer = topology.Sequencers.First(node => node.Id.Number == seen.Sequencer);
        return new ClusterStatus
        {
            Cluster = topology.Cluster,
            Release = NodeProgram.Release,
            SoapHost = SoapEndpoints.HostName,
            ProcessId = Environment.ProcessId,
            Epoch = seen.Epoch.ToString(),
            Control = topology.ControlOn(host).ToHttpUri().ToString(),
            Sequencer = new SequencerStatus
            {
                Id = sequencer.Id.ToString(),
                Address = sequencer.Address.ToString(),
                ProcessId = FindProcess(sequencer.Id)?.ProcessId,
                Active = seen.HearsSequencer,
                Standbys = [.. topology.Sequencers.Where(node => node != sequencer).Select(node => node.Id.ToString())],
            },
            Sequence = seen.MaxSeq.Value,
            Committed = seen.CommitSeq.Value,
            Durability = topology.Durability == Durability.Memory ? "memory" : "disk",
            Replicas =
                [.. topology.Replicas.Select(replica => ReplicaOf(replica, seen, reports, differing.Contains(replica.Id.Number)))],
            Managers = [.. topology.Managers.Select(manager => ManagerOf(manager, reports))],
            Counters = seen.Counters with
            {
                Replacements = reports.Managers.Values.Select(manager => manager.Replacements).DefaultIfEmpty().Max(),
            },
            Alarms = [.. reports.Managers.Values.SelectMany(manager => manager.Alarms).Distinct(), .. alarms.Texts],
            EventCounts = journal.Counts(),
            Events = journal.Last(EventsShown),
            WaitingFor = seen.HearsSequencer ? null : WaitedFor.Of(topology, reports, host, id => FindProcess(id) is not null),
            Traffic = TrafficStatus.Of(driver),
        };
    }

    /// <summary>Whether two equal replies can be had: a sequencer is heard, and two replicas vote.</summary>
    public async Task<bool> IsHealthyAsync()
    {
        var seen = await driver.InvokeAsync(Look).ConfigureAwait(false);
        return seen.HearsSequencer && topology.Replicas.Count(replica => ReplicaStates.Votes(replica, seen.View, poller.Reports)) >= 2;
    }

    private ProcessIdentity? FindProcess(NodeId id) => PidFile.FindRunning(topology.FolderOf(id), id.ToString());

    private Seen Look(Instant now)
    {
        var statistics = coordinator.Statistics;
        var replicas = statistics.Replicas.ToDictionary(pair => (int)pair.Key, pair => (pair.Value.Wrong, pair.Value.Silent));
        return new Seen(coordinator.Epoch, coordinator.Sequencer, coordinator.HearsSequencer(now), coordinator.View, coordinator.MaxSeq,
            coordinator.CommitSeq, replicas,
            new ClusterCounters
            {
                Requests = statistics.Requests,
                Answered = statistics.Answered,
                AnsweredByAll = statistics.AnsweredByAll,
                Faults = statistics.Faults,
                WrongReplies = replicas.Values.Sum(counts => counts.Wrong),
                MissingReplies = replicas.Values.Sum(counts => counts.Silent),
                Failovers = statistics.Failovers,
                Divergences = statistics.Divergences,
                NoQuorum = statistics.NoQuorum,
            });
    }

    private ReplicaStatus ReplicaOf(ReplicaNode replica, Seen seen, ClusterReports reports, bool differs)
    {
        var report = reports.Replicas.GetValueOrDefault(replica.Id.Number);
        var manager = reports.Managers.GetValueOrDefault(replica.Id.Number);
        var (wrong, silent) = seen.Replicas.GetValueOrDefault(replica.Id.Number);
        return new ReplicaStatus
        {
            Id = replica.Id.ToString(),
            Address = replica.Address.ToString(),
            ProcessId = report?.ProcessId ?? manager?.Replica?.ProcessId,
            Incarnation = report?.Incarnation,
            Boot = report?.Boot,
            Engine = report?.Engine,
            State = ReplicaStates.Of(replica, seen.View, reports),
            Votes = ReplicaStates.Votes(replica, seen.View, reports),
            Executed = report?.Executed,
            Durable = report?.Durable,
            Digest = report?.StateDigest,
            DigestAt = report?.DigestAt,
            Differs = differs,
            Wrong = wrong,
            Silent = silent,
            Restarts = manager?.Replica?.Restarts,
            Replacements = journal.CountOf(ClusterEventKind.ReplacementDone, replica.Id.ToString()),
            WaitingBefore = report is { WaitingBeforeSpecified: true } ? report.WaitingBefore : null,
            SessionWindowSeconds = report is { SessionWindowSecondsSpecified: true } ? report.SessionWindowSeconds : null,
        };
    }

    private static ManagerSummary ManagerOf(ClusterNode manager, ClusterReports reports) => new()
    {
        Id = manager.Id.ToString(),
        Address = manager.Address.ToString(),
        ProcessId = reports.Managers.GetValueOrDefault(manager.Id.Number)?.ProcessId,
        State = ReplicaStates.OfManager(manager, reports),
    };

    private sealed record Seen(
        Epoch Epoch, byte Sequencer, bool HearsSequencer, View View, SequenceNumber MaxSeq, SequenceNumber CommitSeq,
        IReadOnlyDictionary<int, (long Wrong, long Silent)> Replicas, ClusterCounters Counters);
}
