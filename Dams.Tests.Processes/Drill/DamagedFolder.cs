using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dams.Tests.Processes.Drill;

/// <summary>
/// A process dies, and its files are damaged. It comes back under load, as the same incarnation or as a new one, and nobody has to delete
/// anything.
/// </summary>
internal static class DamagedFolder
{
    private const int Clients = 4;
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(60);

    /// <summary>Kills a replica, damages its files, and checks that it comes back.</summary>
    public static async Task OfReplicaAsync(TestCluster cluster, int replica, Damage damage, int seed)
    {
        var clients = await BookingClients.StartAsync(cluster, Clients, seed);
        await clients.AnsweredAsync(100);
        var before = (await cluster.StatusAsync(status => status.Replicas[replica - 1].State == "active")).Replicas[replica - 1];
        var began = Stopwatch.GetTimestamp();
        Strike(cluster, $"replica{replica}", damage);
        var status = await cluster.StatusAsync(
            status => status.Replicas[replica - 1] is { State: "active" } now && now.ProcessId != before.ProcessId,
            s_backWithin, $"replica{replica} is back after: {damage}");
        var back = status.Replicas[replica - 1];
        Tell($"replica{replica}", damage, back.Incarnation != before.Incarnation, began);
        // After another damage the incarnation is not checked. On a busy machine the restart may take so long that the replica is replaced.
        if (damage.IsReplaced)
            Assert.That(back.Incarnation, Is.Not.EqualTo(before.Incarnation), $"a new incarnation after: {damage}");
        await clients.AnsweredAsync(50);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        await cluster.IsWholeAsync(isDegradedToo: true);
    }

    /// <summary>Kills a manager, damages its files, and checks that it comes back. Its replica goes on meanwhile.</summary>
    public static async Task OfManagerAsync(TestCluster cluster, int manager, Damage damage)
    {
        var replica = cluster.ProcessOf($"replica{manager}");
        var before = await GroupOfAsync(cluster, manager, _ => true);
        var began = Stopwatch.GetTimestamp();
        Strike(cluster, $"manager{manager}", damage);
        var after = await GroupOfAsync(cluster, manager, group => damage.IsReplaced == (IncarnationOf(group) != IncarnationOf(before)));
        Tell($"manager{manager}", damage, IncarnationOf(after) != IncarnationOf(before), began);
        Assert.That(cluster.ProcessOf($"replica{manager}"), Is.EqualTo(replica), "the process of the manager's replica");
        await cluster.IsWholeAsync(isDegradedToo: true);
    }

    /// <summary>Orders a replica out. When it has joined again, all replicas have a snapshot: the joiner and its donors.</summary>
    public static async Task HaveSnapshotsAsync(TestCluster cluster, int joiner)
    {
        var before = (await cluster.StatusAsync()).Replicas[joiner - 1];
        var run = await Cli.CliRun.OfAsync(
            "member", "leave", joiner.ToString(CultureInfo.InvariantCulture), "--url", cluster.Service.ToString());
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        await cluster.StatusAsync(
            status => status.Replicas[joiner - 1] is { State: "active" } now && now.Incarnation != before.Incarnation, s_backWithin);
        await cluster.IsWholeAsync(isDegradedToo: true);
    }

    /// <summary>Waits until a manager votes in its group and its status of the group is as wanted.</summary>
    public static async Task<JsonElement> GroupOfAsync(TestCluster cluster, int manager, Predicate<JsonElement> isRight)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
        var group = default(JsonElement);
        await Hosting.Eventually.IsTrueAsync(() =>
        {
            try
            {
                var uri = new Uri(cluster.Topology.Managers[manager - 1].Listen.ToHttpUri(), "/status");
                var text = http.GetStringAsync(uri).GetAwaiter().GetResult();
                group = JsonDocument.Parse(text).RootElement.GetProperty("group");
                return group.GetProperty("votes").GetBoolean() && isRight(group);
            }
            catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException)
            {
                return false;
            }
        }, $"manager{manager} votes, and its status of the group is as wanted");
        return group;
    }

    // A paused process does nothing, so the damage is complete before the next process starts on the folder.
    private static void Strike(TestCluster cluster, string id, Damage damage)
    {
        cluster.Pause(id);
        damage.Do(cluster.FolderOf(id));
        cluster.Kill(id);
    }

    private static string? IncarnationOf(JsonElement group) => group.GetProperty("incarnation").GetString();

    private static void Tell(string id, Damage damage, bool isReplaced, long began) =>
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"drill: {id}, {damage}: back after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s "
            + $"as {(isReplaced ? "a new incarnation" : "the same incarnation")}"));
}
