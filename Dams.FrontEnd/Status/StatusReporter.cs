using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Storage;

namespace Dams.FrontEnd.Status;

/// <summary>Builds the status from what the coordinator, the replicas and the managers report. For any thread.</summary>
internal sealed class StatusReporter(
    ClusterTopology topology,
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
        return new ClusterStatus(
            topology.Cluster,
            NodeProgram.Release,
            Environment.ProcessId,
            seen.Epoch.ToString(),
            topology.Control.ToHttpUri().ToString(),
            new SequencerStatus(sequencer.Id.ToString(), sequencer.Listen.ToString(),
                FindProcess(sequencer.Id)?.ProcessId, seen.HearsSequencer,
                [.. topology.Sequencers.Where(node => node != sequencer).Select(node => node.Id.ToString())]),
            seen.MaxSeq.Value,
            seen.CommitSeq.Value,
            topology.Durability == Durability.Memory ? "memory" : "disk",
            [.. topology.Replicas.Select(replica => ReplicaOf(replica, seen, reports, differing.Contains(replica.Id.Number)))],
            [.. topology.Managers.Select(manager => ManagerOf(manager, reports))],
            seen.Counters with { Replacements = reports.Managers.Values.Select(manager => manager.Replacements).DefaultIfEmpty().Max() },
            [.. reports.Managers.Values.SelectMany(manager => manager.Alarms ?? []).Distinct(), .. alarms.Texts],
            journal.Counts(),
            journal.Last(EventsShown),
            seen.HearsSequencer ? null : WaitedFor.Of(topology, reports, id => FindProcess(id) is not null));
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
            new ClusterCounters(statistics.Requests, statistics.Answered, statistics.AnsweredByAll, statistics.Faults,
                replicas.Values.Sum(counts => counts.Wrong), replicas.Values.Sum(counts => counts.Silent), 0,
                statistics.Failovers, statistics.Divergences, statistics.NoQuorum));
    }

    private ReplicaStatus ReplicaOf(ReplicaNode replica, Seen seen, ClusterReports reports, bool differs)
    {
        var report = reports.Replicas.GetValueOrDefault(replica.Id.Number);
        var manager = reports.Managers.GetValueOrDefault(replica.Id.Number);
        var (wrong, silent) = seen.Replicas.GetValueOrDefault(replica.Id.Number);
        return new ReplicaStatus(
            replica.Id.ToString(),
            replica.Listen.ToString(),
            report?.ProcessId ?? manager?.Replica?.ProcessId,
            report?.Incarnation,
            report?.Boot,
            report?.Engine,
            ReplicaStates.Of(replica, seen.View, reports),
            ReplicaStates.Votes(replica, seen.View, reports),
            report?.Executed,
            report?.Durable,
            report?.StateDigest,
            report?.DigestAt,
            differs,
            wrong,
            silent,
            manager?.Replica?.Restarts,
            journal.CountOf(ClusterEventKind.ReplacementDone, replica.Id.ToString()),
            report is { WaitingBeforeSpecified: true } ? report.WaitingBefore : null,
            report is { SessionWindowSecondsSpecified: true } ? report.SessionWindowSeconds : null);
    }

    private static ManagerStatus ManagerOf(ClusterNode manager, ClusterReports reports) => new(
        manager.Id.ToString(),
        manager.Listen.ToString(),
        reports.Managers.GetValueOrDefault(manager.Id.Number)?.ProcessId,
        ReplicaStates.OfManager(manager, reports));

    private sealed record Seen(
        Epoch Epoch, byte Sequencer, bool HearsSequencer, View View, SequenceNumber MaxSeq, SequenceNumber CommitSeq,
        IReadOnlyDictionary<int, (long Wrong, long Silent)> Replicas, ClusterCounters Counters);
}
