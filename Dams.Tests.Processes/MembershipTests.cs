using System.Text.Json;
using Dams.Hosting.Web;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>
/// Members that join again as a new incarnation. A replica does so under load: it takes a snapshot, follows the log behind it, and votes.
/// </summary>
[Parallelizable]
internal sealed class MembershipTests : ClusterFixture
{
    private const int Clients = 16;
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(30);

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_replica_whose_folder_was_deleted_comes_back_by_itself(bool isKilled)
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 11);
        await clients.AnsweredAsync(300);
        var before = (await cluster.StatusAsync()).Replicas[2];
        Directory.Delete(cluster.Topology.FindReplica(3)!.DataFolder, recursive: true);
        // A replica that is not killed has to notice the loss itself. The pid file is gone with the folder, so only the status names the
        // process.
        if (isKilled)
            System.Diagnostics.Process.GetProcessById(before.ProcessId!.Value).Kill();
        await clients.AnsweredAsync(300);
        await cluster.StatusAsync(
            status => status.Replicas[2] is { State: "active" } back && back.Incarnation != before.Incarnation, JoinLimit);
        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        await cluster.IsWholeAsync();
    }

    [Test]
    public async Task A_replica_that_an_operator_orders_out_joins_again_and_its_old_folder_is_kept()
    {
        var cluster = await ClusterAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed: 12);
        await clients.AnsweredAsync(300);
        var before = (await cluster.StatusAsync()).Replicas[1];
        using var http = new HttpClient { BaseAddress = cluster.Topology.Managers[1].Listen.ToHttpUri() };
        foreach (var path in new[] { "/leave?force", "/skip?seq=1" })
        {
            using var repeated = await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent("<a/>", null, "text/xml"));
            Assert.That((int)repeated.StatusCode, Is.EqualTo(415), path);
        }

        http.DefaultRequestHeaders.Authorization = OrderToken.LoadOrCreate(cluster.File()).Header;
        using var answer = await http.PostAsync(new Uri("/leave", UriKind.Relative), new StringContent("", null, "application/json"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(202));
        await cluster.StatusAsync(
            status => status.Replicas[1] is { State: "active" } back && back.Incarnation != before.Incarnation, JoinLimit);
        await clients.AnsweredAsync(100);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        Assert.That(Directory.Exists(cluster.Topology.FindReplica(2)!.DataFolder + ".aside-1"), "the old folder is kept as evidence");
        await cluster.IsWholeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_manager_whose_folder_was_deleted_joins_its_group_again_and_its_replica_keeps_running(bool isKilled)
    {
        var cluster = await ClusterAsync();
        await cluster.IsWholeAsync();
        var replica = cluster.ProcessOf("replica4");
        var before = await GroupOfAsync(cluster, group => group.GetProperty("votes").GetBoolean());
        var folder = cluster.Topology.FolderOf(cluster.Topology.Managers[3].Id);
        if (isKilled)
            cluster.Kill("manager4");
        Directory.Delete(Path.Combine(folder, "group"), recursive: true);
        // A living manager notices the loss at its next write. In the managers' group that is when something happens.
        if (!isKilled)
            cluster.Kill("replica1");
        var after = await GroupOfAsync(cluster, group => group.GetProperty("votes").GetBoolean()
            && group.GetProperty("incarnation").GetString() != before.GetProperty("incarnation").GetString());
        Assert.That(
            after.GetProperty("executed").GetInt64(), Is.GreaterThan(before.GetProperty("executed").GetInt64()),
            "manager4 has executed the agreed entries, and its own LEAVE and JOIN");
        Assert.That(cluster.ProcessOf("replica4"), Is.EqualTo(replica));
        await cluster.IsWholeAsync();
    }

    private static async Task<JsonElement> GroupOfAsync(TestCluster cluster, Predicate<JsonElement> isRight)
    {
        using var http = new HttpClient();
        var group = default(JsonElement);
        await Eventually.IsTrueAsync(() =>
        {
            try
            {
                var uri = new Uri(cluster.Topology.Managers[3].Listen.ToHttpUri(), "/status");
                var status = http.GetStringAsync(uri).GetAwaiter().GetResult();
                group = JsonDocument.Parse(status).RootElement.GetProperty("group");
                return isRight(group);
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "manager4's status of its group is as wanted");
        return group;
    }
}
