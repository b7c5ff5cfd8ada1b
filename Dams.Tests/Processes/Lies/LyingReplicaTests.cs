using Dams.Contracts.Domain;

namespace Dams.Tests.Processes.Lies;

/// <summary>One of four replicas is wrong, and one of the others crashes meanwhile: clients notice nothing.</summary>
[TestFixture(nameof(Lie.Outcome))]
[TestFixture(nameof(Lie.Field))]
[TestFixture(nameof(Lie.State))]
internal sealed class LyingReplicaTests(string about) : ClusterFixture
{
    private const string Liar = "replica1";
    private readonly Lie _lie = Enum.Parse<Lie>(about);

    protected override Task<TestCluster> StartAsync() =>
        TestCluster.ApartAsync(replicas: cluster => [LyingReplica.Start(cluster, Liar, _lie)], leftOut: "manager1");

    [Test]
    public async Task A_replica_whose_version_lies_is_outvoted_and_named_even_while_another_is_dead()
    {
        var cluster = await ClusterAsync();
        Assert.That((await cluster.StatusAsync()).Replicas[0].Engine, Is.EqualTo("Ledger"));
        var clients = await BookingClients.StartAsync(cluster, 4);
        await clients.AnsweredAsync(100);
        cluster.Pause("replica2");
        await clients.AnsweredAsync(200);
        await cluster.StatusAsync(status => status.Replicas[1].Silent > 0);
        cluster.Resume();
        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");

        var lies = _lie == Lie.Outcome ? clients.History.Calls.Count(call => call is { IsRepeat: false, Command: BookAppointment }) : 1;
        var status = await cluster.StatusAsync(status => status.Replicas[0].Wrong >= lies
            && TestCluster.AreEqual(status.Replicas.Skip(1))
            && (status.Replicas[0].Executed, status.Replicas[0].DigestAt) == (status.Replicas[1].Executed, status.Replicas[1].DigestAt));
        Assert.That(status.Replicas.Skip(1).Select(replica => replica.Wrong), Is.All.Zero);
        Assert.That(status.Counters.WrongReplies, Is.EqualTo(status.Replicas[0].Wrong));
        // The reply to a write stays in the session table, and so in the digest; a read leaves nothing.
        Assert.That(status.Replicas[0].Digest, _lie != Lie.Field ? Is.Not.EqualTo(status.Replicas[1].Digest) : Is.EqualTo(status.Replicas[1].Digest));
    }
}
