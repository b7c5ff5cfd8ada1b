using System.CommandLine;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Replica.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Lies;

/// <summary>Which bug the version has.</summary>
internal enum Bug
{
    /// <summary>See <see cref="ForgetfulEngine"/>.</summary>
    Forgetful = 0,

    /// <summary>See <see cref="DeadlyEngine"/>.</summary>
    Deadly = 1,
}

/// <summary>The program of this test assembly when it is started by itself: a replica with a buggy engine.</summary>
internal static class BuggyReplica
{
    private static readonly Option<Bug> s_bug = new("--bug") { Required = true };

    public static Task<int> Main(string[] args) => NodeProgram.RunAsync(args, NodeRole.Replica, (context, stopping) =>
    {
        var bug = context.Options.GetValue(s_bug);
        return ReplicaProcess.RunAsync(context, version => version with
        {
            Create = () => bug == Bug.Deadly ? new DeadlyEngine(version.Create()) : new ForgetfulEngine(version.Create()),
        }, stopping);
    }, s_bug, ReplicaProcess.Standalone, ReplicaProcess.Version, ReplicaProcess.Joins);

    /// <summary>Starts the program as a replica of a cluster.</summary>
    public static TestProcess Start(TestCluster cluster, string id, Bug bug) => TestProcess.Start(
        new DamsProgram(ProgramLocator.FindHost(), typeof(BuggyReplica).Assembly.Location),
        [.. cluster.ArgumentsOf(id), "--bug", bug.ToString()]);
}
