using System.Globalization;
using Dams.Cli.Status;
using Dams.Hosting.Lab;
using EventStatus = Dams.ReplicaManager.EventStatus;

namespace Dams.Tests.Processes;

/// <summary>What came of a liar and a crash at once.</summary>
/// <param name="Kind">How it lied.</param>
/// <param name="Liar">Who lied.</param>
/// <param name="Crashed">Who was killed.</param>
/// <param name="Replaced">From the third wrong reply, or of <c>state</c> from the order to lie, until a new incarnation voted; null of one who is not replaced.</param>
/// <param name="Back">From the kill until the killed one voted again and had caught up.</param>
/// <param name="IsCrashedReplaced">Whether the killed one was replaced, rather than started again.</param>
/// <param name="Calls">How many calls were answered meanwhile.</param>
internal sealed record PairTimes(string Kind, int Liar, int Crashed, TimeSpan? Replaced, TimeSpan Back, bool IsCrashedReplaced, int Calls)
{
    /// <summary>What the design grants a liar of this kind; null if it is outvoted and not replaced.</summary>
    public TimeSpan? ReplacedWithin => Kind switch
    {
        _ when !LieKinds.IsFoundByManagers(LieKinds.Parse(Kind)) => null,
        _ when Kind == LieKinds.WordOf(LieKind.State) => TimeSpan.FromSeconds(20),
        _ => TimeSpan.FromSeconds(5),
    };

    /// <summary>What the design grants a crashed replica.</summary>
    public static TimeSpan BackWithin { get; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// One replica begins to lie and another is killed in the same moment, under load: no client notices, the liar is replaced (or, if it says something else to each
/// asker, outvoted and told of), the killed one comes back, and all four are equal in the end.
/// </summary>
internal static class LiarAndCrash
{
    private const int Clients = 4;

    /// <summary>Who is within so many entries of the others has caught up: they are under way.</summary>
    private const long Behind = 2 * Clients;

    /// <summary>All ordered pairs, so that every four of them have each replica lie once and crash once.</summary>
    public static IEnumerable<(int Liar, int Crashed)> Pairs =>
        Enumerable.Range(1, 3).SelectMany(distance => Enumerable.Range(0, 4).Select(liar => (liar + 1, ((liar + distance) % 4) + 1)));

    /// <summary>Has it happen, and checks all of it but the times.</summary>
    public static async Task<PairTimes> HappensAsync(TestCluster cluster, string kind, int liar, int crashed, int seed)
    {
        var before = await cluster.IsWholeAsync();
        var agreedBefore = await cluster.Managers.LastEventAsync();
        var clients = await BookingClients.StartAsync(cluster, Clients, seed, isHasty: true);
        await clients.AnsweredAsync(50);

        var liedAt = clients.Now;
        await cluster.FaultAsync($"lie {liar} --kind {kind}");
        var killedAt = clients.Now;
        var killed = cluster.Kill($"replica{crashed}").Single();
        var isReplaced = LieKinds.IsFoundByManagers(LieKinds.Parse(kind));
        TimeSpan? renewedAt = null, backAt = null;
        var after = await cluster.StatusAsync(status =>
        {
            if (isReplaced && status.Replicas[liar - 1] is { State: "active" } renewed && renewed.Incarnation != before.Replicas[liar - 1].Incarnation)
                renewedAt ??= clients.Now;
            if (HasCaughtUp(status, status.Replicas[crashed - 1]) && status.Replicas[crashed - 1].ProcessId != killed.ProcessId)
                backAt ??= clients.Now;
            return backAt is not null && (!isReplaced || renewedAt is not null);
        }, what: $"replica{liar} is replaced and replica{crashed} is back");
        var events = await cluster.Managers.TellAsync(agreedBefore, $"replica{liar}", isReplaced ? "replacementDone" : "alarm");
        TestContext.Out.WriteLine($"replica{liar} lies ({kind}) from {liedAt.TotalSeconds:F3}, replica{crashed} is killed at {killedAt.TotalSeconds:F3}, is back at {backAt!.Value.TotalSeconds:F3}, the liar is renewed at {renewedAt?.TotalSeconds:F3}; agreed:{AgreedByManagers.Tell(events)}");
        if (!isReplaced)
            await cluster.HealAsync();

        await clients.AnsweredAsync(20);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        // The killed one may be replaced instead, on a machine that does so much else that starting it again takes longer than it is waited for.
        var settled = await cluster.Managers.SayAsync(status => status.Replacing is null && AgreedByManagers.IsSettled([.. status.Events.Where(happening => happening.Number > agreedBefore)], $"replica{crashed}"),
            $"no replacement under way, and no charge against replica{crashed} left over");
        var whole = await cluster.IsWholeAsync();
        var renewedOnes = Enumerable.Range(1, 4).Where(replica => whole.Replicas[replica - 1].Incarnation != before.Replicas[replica - 1].Incarnation).ToList();
        Assert.That(renewedOnes, isReplaced ? Does.Contain(liar) : Does.Not.Contain(liar));
        Assert.That(renewedOnes, Is.SubsetOf(new[] { liar, crashed }));
        Assert.That(settled.Events.Where(happening => happening.Number > agreedBefore && happening.Kind == "replacementDecided").Select(happening => happening.Node).Distinct(),
            Is.EquivalentTo(renewedOnes.Select(replica => $"replica{replica}")));
        if (kind != LieKinds.WordOf(LieKind.State))
            Assert.That(whole.Counters.WrongReplies, Is.GreaterThanOrEqualTo(before.Counters.WrongReplies + 3));
        var wrongAt = kind == LieKinds.WordOf(LieKind.State) ? liedAt : ThirdWrong(clients.History, events, $"replica{liar}");
        return new PairTimes(kind, liar, crashed, renewedAt - wrongAt, backAt.Value - killedAt, renewedOnes.Contains(crashed), clients.History.Calls.Count);
    }

    private static bool HasCaughtUp(StatusDocument status, ReplicaStatus replica) =>
        replica.State == "active" && replica.Executed >= status.Replicas.Max(other => other.Executed) - Behind;

    /// <summary>When the call was answered to which the third wrong reply came, by the verdict that led to the decision.</summary>
    private static TimeSpan ThirdWrong(ClientHistory history, IEnumerable<EventStatus> events, string liar)
    {
        var verdict = events.First(happening => happening.Kind == "verdict" && happening.Node == liar);
        var third = verdict.Text.Split(' ').Select(word => long.TryParse(word.TrimEnd(','), CultureInfo.InvariantCulture, out var number) ? number : 0).Where(number => number > 1).ElementAt(2);
        return history.Calls.Where(call => call.Sequence == third).Min(call => call.Ended);
    }
}
