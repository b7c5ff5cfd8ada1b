using System.Globalization;
using System.Text;
using Dams.Lab;

namespace Dams.Tests.Processes;

/// <summary>A liar and a crashed replica at the same time: the faults that the service exists to tolerate.</summary>
internal sealed class PairTests : ClusterFixture
{
    protected override Task<TestCluster> StartAsync() => TestCluster.UpAsync(isLab: true);

    // Each replica lies or crashes at most once, because a seat that is replaced too often is degraded and left to the operator.
    [TestCase("stale", 1, 4)]
    [TestCase("two-faced", 2, 3)]
    public async Task Clients_do_not_notice_a_liar_and_a_killed_replica(string kind, int liar, int crashed) =>
        Tell(await LiarAndCrash.HappensAsync(await ClusterAsync(), kind, liar, crashed, seed: 1));

    private static void Tell(PairTimes times) => TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"measured: liar replaced {times.Replaced?.TotalSeconds:F1} s after its third wrong reply; "
        + $"killed replica back {times.Back.TotalSeconds:F1} s after kill -9"));
}

/// <summary>
/// Measures all pairs and all kinds of lie, or only the kinds in <c>DAMS_PAIRS_KINDS</c>. Run by hand, on a machine that does nothing else.
/// </summary>
[Explicit("measures, for half an hour")]
[Category("Processes")]
internal sealed class AllPairsTests
{
    // After three replacements in ten minutes a seat would be degraded.
    private const int ReplacementsMax = 2;

    [Test]
    public async Task All_pairs_and_all_kinds_of_lie()
    {
        var runs = LieKinds.Words.SelectMany(kind => LiarAndCrash.Pairs.Select(pair => (kind, pair.Liar, pair.Crashed))).ToList();
        if (Environment.GetEnvironmentVariable("DAMS_PAIRS_KINDS") is { Length: > 0 } only)
            runs.RemoveAll(run => !only.Split(',').Contains(run.kind));
        Assert.That(runs, Is.Not.Empty, "runs with the kinds of lie in DAMS_PAIRS_KINDS");
        var all = new List<PairTimes>();
        try
        {
            for (var next = 0; next < runs.Count;)
                next += await InClusterAsync(runs[next..], all);
        }
        finally
        {
            // The times measured before a failure are still valid, so they are printed.
            TestContext.Out.WriteLine(Table(all));
        }

        var late = all.Where(times => times.Replaced > times.ReplacedWithin || times.Back > PairTimes.BackWithin);
        Assert.That(late, Is.Empty, "pairs over their time limit");
    }

    /// <summary>
    /// Runs pairs in one cluster, as many as it allows before a seat would be replaced too often. On a slow machine the killed replica may
    /// be replaced, too.
    /// </summary>
    private static async Task<int> InClusterAsync(List<(string Kind, int Liar, int Crashed)> runs, List<PairTimes> all)
    {
        await using var cluster = await TestCluster.UpAsync(isLab: true);
        var replacements = new int[cluster.Topology.Replicas.Length + 1];
        var done = 0;
        try
        {
            bool IsAllowed((string Kind, int Liar, int Crashed) run) =>
                Math.Max(replacements[run.Liar], replacements[run.Crashed]) < ReplacementsMax;
            foreach (var (kind, liar, crashed) in runs.TakeWhile(IsAllowed))
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
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {times.Kind} | {times.Liar} | {times.Crashed} | {times.Calls} | "
                + $"{Seconds(times.Replaced)} | {Seconds(times.Back)}{(times.IsCrashedReplaced ? " (replaced)" : "")} |");
        }

        text.AppendLine("\n| lie | pairs | worst replaced after, s | median | worst back after, s | median |\n|---|---|---|---|---|---|");
        foreach (var kind in all.GroupBy(times => times.Kind))
        {
            List<TimeSpan> replaced = [.. kind.Select(times => times.Replaced).OfType<TimeSpan>().Order()];
            List<TimeSpan> back = [.. kind.Select(times => times.Back).Order()];
            TimeSpan? worst = replaced.Count == 0 ? null : replaced[^1];
            TimeSpan? median = replaced.Count == 0 ? null : replaced[replaced.Count / 2];
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {kind.Key} | {kind.Count()} | {Seconds(worst)} | {Seconds(median)} | "
                + $"{Seconds(back[^1])} | {Seconds(back[back.Count / 2])} |");
        }

        return text.ToString();
    }

    private static string Seconds(TimeSpan? time) =>
        time is { } known ? known.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) : "–";
}
