using System.Globalization;

namespace Dams.Tests.Processes;

/// <summary>
/// Random faults of every kind within the fault model, under load: no answer is wrong, no call fails, nothing is lost and nothing is done twice, and in
/// the end four replicas are equal.
/// <c>DAMS_CHAOS_SEED</c> and <c>DAMS_CHAOS_SECONDS</c> say which and how long.
/// </summary>
[Category("Processes")]
internal sealed class FaultChaosTests
{
    private const int Clients = 16;
    private const int SecondsByDefault = 8;
    private const int LongRounds = 10;
    private const int LongSeconds = 30;

    [Test]
    public Task Whatever_befalls_one_replica_and_makes_another_lie_no_answer_is_wrong_and_nothing_is_lost() =>
        RunAsync(Variable("DAMS_CHAOS_SEED") ?? 1, TimeSpan.FromSeconds(Variable("DAMS_CHAOS_SECONDS") ?? SecondsByDefault), history: null);

    [Test]
    [Explicit("ten rounds of half a minute")]
    public async Task Ten_rounds_of_chaos()
    {
        var first = Variable("DAMS_CHAOS_SEED") ?? 1;
        var histories = Path.Combine(TestContext.CurrentContext.WorkDirectory, "histories");
        for (var seed = first; seed < first + LongRounds; seed++)
            await RunAsync(seed, TimeSpan.FromSeconds(Variable("DAMS_CHAOS_SECONDS") ?? LongSeconds), histories);
        TestContext.Out.WriteLine($"the histories are in {histories}");
    }

    // A cluster of its own: who was replaced how often counts for ten minutes.
    private static async Task RunAsync(int seed, TimeSpan duration, string? history)
    {
        await using var cluster = await TestCluster.UpAsync(isLab: true);
        try
        {
            await cluster.IsWholeAsync();
            var clients = await BookingClients.StartAsync(cluster, Clients, seed, isHasty: true);
            clients.HistoryFolder ??= history;
            var driver = new FaultDriver(cluster, clients, seed);
            await driver.RunAsync(duration);
            var ended = clients.Now;
            await clients.AnsweredAsync(100);
            await clients.CheckAsync();
            // The dice may have one slot lie so often that it is replaced three times.
            var whole = await cluster.IsWholeAsync(isDegradedToo: true);
            var calls = clients.History.Calls;
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"measured: seed {seed}: {calls.Count} calls in {ended.TotalSeconds:F0} s, the slowest took {calls.Max(call => call.Took).TotalSeconds:F1} s; "
                + $"{whole.Counters.WrongReplies} wrong replies outvoted; {driver.Told}"));
            Assert.That(calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        }
        catch
        {
            TestContext.Out.WriteLine(FormattableString.Invariant($"again: DAMS_CHAOS_SEED={seed} DAMS_CHAOS_SECONDS={duration.TotalSeconds:F0}"));
            cluster.WriteLogs(TestContext.Out);
            throw;
        }
    }

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
