using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Service;
using Dams.FrontEnd.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using BootId = Dams.Ordering.BootId;

namespace Dams.Tests.Coordination;

/// <summary>Makes executors for tests that do not look at their sightings.</summary>
internal static class Executors
{
    public static ReplicatedExecutor LogTo(ILoggerFactory log)
    {
        var journal = new ClusterEventJournal(new BootId(1), TimeProvider.System, NullLogger<ClusterEventJournal>.Instance);
        var (id, alarms) = (new NodeId(NodeRole.FrontEnd, 1), new StandingAlarms());
        var sightings = new CoordinatorSightings(id, journal, alarms, TimeProvider.System);
        var storage = new StorageGate(id, ClusterTopology.Default(), journal, alarms);
        return new ReplicatedExecutor(sightings, new RequestLog(TimeProvider.System), storage, new Logger<ReplicatedExecutor>(log));
    }
}
