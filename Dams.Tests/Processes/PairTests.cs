using System.Globalization;
using System.Text;
using Dams.Hosting.Lab;

namespace Dams.Tests.Processes;

/// <summary>A liar and a crashed replica at once, which is what the whole service is for.</summary>
internal sealed class PairTests : ClusterFixture
{
    protected override Task<TestCluster> StartAsync() => TestCluster.UpAsync(isLab: true);

    // Each replica lies and crashes at most once: a slot that is replaced too often is left to a person.
    [TestCase("stale", 1, 4)]
    [TestCase("two-faced", 2, 3)]
    public async Task A_liar_is_replaced_and_a_killed_replica_comes_back_and_no_client_notices(string kind, int liar, int crashed) =>
        Tell(await LiarAndCrash.HappensAsync(await ClusterAsync(), kind, liar, crashed, seed: 1));

    private static void Tell(PairTimes times) => TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"measured: replaced {times.Replaced?.TotalSeconds:F1} s after its third wrong reply; back {times.Back.TotalSeconds:F1} s after kill -9"));
}

/// <summary>All pairs and all kinds of lie, or those of <c>DAMS_PAIRS_KINDS</c>, and how long each took; run by hand, on a machine that does nothing else.</summary>
[Explicit("measures, for half an hour")]
[Category("Processes")]
internal sealed class AllPairsTests
{
    // At three times in ten minutes a slot would be degraded.
    private const int ReplacementsMax = 2;

    [Test]
    public async Task All_pairs_and_all_kinds_of_lie()
    {
        var runs = LieKinds.Words.SelectMany(kind => LiarAndCrash.Pairs.Select(pair => (kind, pair.Liar, pair.Crashed))).ToList();
        if (Environment.GetEnvironmentVariable("DAMS_PAIRS_KINDS") is { Length: > 0 } only)
            runs.RemoveAll(run => !only.Split(',').Contains(run.kind));
        Assert.That(runs, Is.Not.Empty, "kinds of lie that there are");
        var all = new List<PairTimes>();
        try
        {
            for (var next = 0; next < runs.Count;)
                next += await InClusterAsync(runs[next..], all);
        }
        finally
        {
            // What was measured before one failed is worth as much as before.
            TestContext.Out.WriteLine(Table(all));
        }

        Assert.That(all.Where(times => times.Replaced > times.ReplacedWithin || times.Back > PairTimes.BackWithin), Is.Empty, "slower than is granted");
    }

    /// <summary>Has as many pairs happen in one cluster as it stands: on a slow machine the killed one may be replaced, too.</summary>
    private static async Task<int> InClusterAsync(List<(string Kind, int Liar, int Crashed)> runs, List<PairTimes> all)
    {
        await using var cluster = await TestCluster.UpAsync(isLab: true);
        var replacements = new int[cluster.Topology.Replicas.Length + 1];
        var done = 0;
        try
        {
            foreach (var (kind, liar, crashed) in runs.TakeWhile(run => Math.Max(replacements[run.Liar], replacements[run.Crashed]) < ReplacementsMax))
            {
                var times = await LiarAndCrash.HappensAsync(cluster, kind, liar, crashed, seed: all.Count + 1);
                all.Add(times);
                replacements[liar]++;
                if (times.IsCrashedReplaced)
                    replacements[crashed]++;
                done++;
            }
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            throw;
        }

        return done;
    }

    private static string Table(List<PairTimes> all)
    {
        var text = new StringBuilder("| lie | liar | crashed | calls | replaced after, s | back after, s |\n|---|---|---|---|---|---|\n");
        foreach (var times in all)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {times.Kind} | {times.Liar} | {times.Crashed} | {times.Calls} | {Seconds(times.Replaced)} | {Seconds(times.Back)}{(times.IsCrashedReplaced ? " (replaced)" : "")} |");
        text.AppendLine("\n| lie | pairs | worst replaced after, s | median | worst back after, s | median |\n|---|---|---|---|---|---|");
        foreach (var kind in all.GroupBy(times => times.Kind))
        {
            List<TimeSpan> replaced = [.. kind.Select(times => times.Replaced).OfType<TimeSpan>().Order()], back = [.. kind.Select(times => times.Back).Order()];
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {kind.Key} | {kind.Count()} | {Seconds(replaced.Count == 0 ? null : replaced[^1])} | {Seconds(replaced.Count == 0 ? null : replaced[replaced.Count / 2])} | {Seconds(back[^1])} | {Seconds(back[back.Count / 2])} |");
        }

        return text.ToString();
    }

    private static string Seconds(TimeSpan? time) => time is { } known ? known.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) : "–";
}
