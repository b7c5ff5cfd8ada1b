using System.Globalization;

namespace Dams.Tests.Processes;

/// <summary>
/// Random faults of every kind within the fault model, under load. No answer is wrong, no call fails, no call is lost or executed twice,
/// and in the end the four replicas are equal. <c>DAMS_CHAOS_SEED</c> sets the seed, <c>DAMS_CHAOS_SECONDS</c> the duration.
/// </summary>
[Category("Processes")]
internal sealed class FaultChaosTests
{
    private const int Clients = 16;
    private const int SecondsByDefault = 8;
    private const int LongRounds = 10;
    private const int LongSeconds = 30;

    [Test]
    public Task Random_faults_and_one_liar_cause_no_wrong_answer_and_lose_nothing() => RunAsync(
        Variable("DAMS_CHAOS_SEED") ?? 1, TimeSpan.FromSeconds(Variable("DAMS_CHAOS_SECONDS") ?? SecondsByDefault), history: null);

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

    // Each run has its own cluster, because the managers count a seat's replacements for ten minutes.
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
            // By chance one seat may lie so often that it is replaced three times.
            var whole = await cluster.IsWholeAsync(isDegradedToo: true);
            var calls = clients.History.Calls;
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"measured: seed {seed}: {calls.Count} calls in {ended.TotalSeconds:F0} s, "
                + $"the slowest took {calls.Max(call => call.Took).TotalSeconds:F1} s; "
                + $"{whole.Counters.WrongReplies} wrong replies outvoted; {driver.Told}"));
            Assert.That(calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        }
        catch
        {
            TestContext.Out.WriteLine(
                FormattableString.Invariant($"to repeat: DAMS_CHAOS_SEED={seed} DAMS_CHAOS_SECONDS={duration.TotalSeconds:F0}"));
            cluster.WriteLogs(TestContext.Out);
            throw;
        }
    }

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
