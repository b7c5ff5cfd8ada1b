using Dams.Contracts.Topology;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Service;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using BootId = Dams.Ordering.BootId;

namespace Dams.Tests.Coordination;

/// <summary>Executors whose sightings nobody looks at.</summary>
internal static class Executors
{
    public static ReplicatedExecutor LogTo(ILoggerFactory log)
    {
        var journal = new EventJournal(new BootId(1), TimeProvider.System, NullLogger<EventJournal>.Instance);
        var sightings = new CoordinatorSightings(new NodeId(NodeRole.FrontEnd, 1), journal, new StandingAlarms(), TimeProvider.System);
        return new ReplicatedExecutor(sightings, new RequestLog(TimeProvider.System), new Logger<ReplicatedExecutor>(log));
    }
}
