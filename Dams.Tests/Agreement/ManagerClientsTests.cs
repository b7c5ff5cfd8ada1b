using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.ReplicaManager;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Agreement;

/// <summary>The states that other managers give to one that joins.</summary>
internal sealed class ManagerClientsTests
{
    private const long JoinedAt = 7;

    private static readonly AgreedSnapshot s_snapshot = new AgreedState(AgreementScript.Rules)
        .ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, new Dams.Contracts.Reports.RestartReport(1, 1, 1)));

    [Test]
    public async Task What_each_manager_gives_is_taken_and_a_state_beyond_the_limit_is_refused()
    {
        using var folder = new TestFolder();
        var log = new FakeLogger();
        var topology = ClusterTopology.Default(address: folder.Address, dataFolder: folder.Path);
        await using var honest = Serve(topology, 2, s_snapshot.ToJson());
        await using var huge = Serve(topology, 3, [.. s_snapshot.ToJson(), .. Enumerable.Repeat((byte)' ', AgreedSnapshot.BytesMax)]);
        await using var wrong = Serve(topology, 4, "{}"u8.ToArray());
        using var clients = new ManagerClients(topology, NodeId.Manager(1), log);
        var given = await clients.FindSnapshotsAsync(JoinedAt, TimeSpan.FromSeconds(30));
        Assert.That(given.Select(snapshot => snapshot.ToJson()), Is.EqualTo(new[] { s_snapshot.ToJson() }));
        Assert.That(log.Lines, Has.Some.Contains("manager3 does not answer").And.Some.Contains("manager4 gives bytes that are no state"));
    }

    private static BabblingServer Serve(ClusterTopology topology, byte manager, byte[] body) => new(
        topology.Managers.Single(node => node.Id == NodeId.Manager(manager)).Listen.ToEndPoint())
    {
        Says = BabblingServer.Http(System.Text.Encoding.UTF8.GetString(body)),
    };
}
