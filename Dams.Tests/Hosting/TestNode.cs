using Dams.Hosting;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Hosting;

/// <summary>What a process of a cluster is given, for parts of it that run in a test.</summary>
internal static class TestNode
{
    /// <summary>As with no argument but the id.</summary>
    public static NodeContext ContextOf(ClusterTopology topology, NodeId id, ILoggerFactory loggers) =>
        new(topology, NodeArguments.Parse(["--id", id.ToString()], id.Role, [], out _)!, loggers, KeyFile.LoadOrCreate(topology.KeyFile));
}
