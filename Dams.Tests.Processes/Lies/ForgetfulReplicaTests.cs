using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Lies;

/// <summary>One of four replicas runs a version with a bug, and another replica hangs meanwhile. Clients notice nothing.</summary>
[Parallelizable]
internal sealed class ForgetfulReplicaTests : ClusterFixture
{
    private const string Forgetful = "replica1";

    protected override Task<TestCluster> StartAsync() =>
        TestCluster.ApartAsync(replicas: cluster => [BuggyReplica.Start(cluster, Forgetful, Bug.Forgetful)], leftOut: "manager1");

    [Test]
    public async Task A_buggy_version_is_outvoted_and_named_even_while_another_replica_hangs()
    {
        var cluster = await ClusterAsync();
        Assert.That((await cluster.StatusAsync()).Replicas[0].Engine, Is.EqualTo(cluster.Topology.Replicas[0].Versions[0]));
        var clients = await BookingClients.StartAsync(cluster, 4);
        await clients.AnsweredAsync(100);
        cluster.Pause("replica2");
        await clients.AnsweredAsync(200);
        await cluster.StatusAsync(status => status.Replicas[1].Silent > 0);
        await HasReportedAsync(cluster, "SuspicionReport { Replica = 2");
        cluster.Resume();
        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");

        // The managers order the replica out in time, because of its state. Nobody starts a new incarnation: its manager is left out.
        var status = await cluster.StatusAsync(status => status.Replicas[0].Wrong >= 1
            && status.Replicas.Skip(1).Select(replica => (replica.Executed, replica.Digest)).Distinct().Count() == 1);
        Assert.That(status.Replicas.Skip(1).Select(replica => replica.Wrong), Is.All.Zero);
        Assert.That(status.Counters.WrongReplies, Is.EqualTo(status.Replicas[0].Wrong));
    }

    private static Task HasReportedAsync(TestCluster cluster, string report) =>
        Eventually.IsTrueAsync(() => File.ReadLines(cluster.Topology.LogFileOf(cluster.Topology.FrontEnds[0].Id))
            .Any(line => line.Contains($"to the replica managers: {report}", StringComparison.Ordinal)), report);
}
