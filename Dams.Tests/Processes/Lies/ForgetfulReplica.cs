using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Replica.Hosting;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Lies;

/// <summary>The program that this test assembly is when it is started by itself: a replica in all but its engine.</summary>
internal static class ForgetfulReplica
{
    public static Task<int> Main(string[] args) => NodeProgram.RunAsync(args, NodeRole.Replica,
        (context, stopping) => ReplicaProcess.RunAsync(context, version => version with { Create = () => new ForgetfulEngine(version.Create()) }, stopping),
        ReplicaProcess.Standalone, ReplicaProcess.Version);

    /// <summary>Starts it as a replica of a cluster.</summary>
    public static TestProcess Start(TestCluster cluster, string id) =>
        TestProcess.Start(new DamsProgram(ProgramLocator.FindHost(), typeof(ForgetfulReplica).Assembly.Location), cluster.ArgumentsOf(id));
}
