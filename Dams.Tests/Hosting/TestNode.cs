using Dams.Hosting;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Hosting;

/// <summary>Makes the context of a process, for parts of the process that run in a test.</summary>
internal static class TestNode
{
    /// <summary>The context of a process whose only argument is its id.</summary>
    public static NodeContext ContextOf(ClusterTopology topology, NodeId id, ILoggerFactory loggers) =>
        new(topology, NodeArguments.Parse(["--id", id.ToString()], id.Role, [], out _)!, loggers, KeyFile.LoadOrCreate(topology.KeyFile),
            OrderToken.LoadOrCreate(topology.DataFolder));
}
