using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Service;
using Dams.FrontEnd.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Coordination;

/// <summary>Makes executors and sinks for tests that look at their log only.</summary>
internal static class Executors
{
    private static readonly NodeId s_id = new(NodeRole.FrontEnd, 1);

    public static ReplicatedExecutor LogTo(ILogger<ReplicatedExecutor> log, WaitingCalls calls, IFrontEndLoop loop)
    {
        var storage = new StorageGate(s_id, ClusterTopology.Default(), Journal(), new StandingAlarms());
        return new ReplicatedExecutor(calls, loop, storage, log);
    }

    public static CoordinatorSink SinkTo(ILogger<ReplicatedExecutor> log)
    {
        var (journal, alarms) = (Journal(), new StandingAlarms());
        var group = new GroupOptions { Group = GroupId.Managers, Members = [1, 2, 3, 4], Sequencers = [1, 2], FrontEnds = [1] };
        return new CoordinatorSink(
            new WaitingCalls(),
            new CoordinatorSightings(s_id, journal, alarms, TimeProvider.System),
            new RequestLog(TimeProvider.System),
            new StorageGate(s_id, ClusterTopology.Default(), journal, alarms),
            new BlockedReplicas(s_id, journal, alarms),
            new RequestSubmitter(group, s_id, new BootId(1), new Outbox()),
            new BodyFetcher(_ => throw new NotSupportedException(), TimeProvider.System, NullLogger.Instance),
            log);
    }

    private static ClusterEventJournal Journal() => new(new BootId(1), TimeProvider.System, NullLogger<ClusterEventJournal>.Instance);
}
