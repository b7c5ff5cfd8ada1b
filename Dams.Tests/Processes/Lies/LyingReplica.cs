using System.CommandLine;
using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Replica.Hosting;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Lies;

/// <summary>
/// The program that this test assembly is when it is started by itself: a replica in all but its engine. A replica that is not ours to test can't be told
/// to lie, so there is nothing in it that an operator could switch on by mistake.
/// </summary>
internal static class LyingReplica
{
    private static readonly Option<Lie> s_lie = new("--lie") { Required = true };

    public static Task<int> Main(string[] args) => NodeProgram.RunAsync(args, NodeRole.Replica, (context, stopping) =>
    {
        var lie = context.Options.GetValue(s_lie);
        return ReplicaProcess.RunAsync(context, version => version with { Create = () => new LyingEngine(version.Create(), lie) }, stopping);
    }, s_lie, ReplicaProcess.Standalone, ReplicaProcess.Version);

    /// <summary>Starts it as a replica of a cluster.</summary>
    public static TestProcess Start(TestCluster cluster, string id, Lie lie) => TestProcess.Start(
        new DamsProgram(ProgramLocator.FindHost(), typeof(LyingReplica).Assembly.Location), [.. cluster.ArgumentsOf(id), "--lie", lie.ToString()]);
}
