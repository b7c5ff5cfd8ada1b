using System.Globalization;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Lab;
using Dams.Tests.Clients;

namespace Dams.Tests.Processes;

/// <summary>The times measured when one replica lies and another crashes.</summary>
/// <param name="Kind">The kind of lie.</param>
/// <param name="Liar">The number of the replica that lied.</param>
/// <param name="Crashed">The number of the replica that was killed.</param>
/// <param name="Replaced">
/// The time from the third wrong reply (for <c>state</c>, from the order to lie) until a new incarnation voted. Null if the liar was not
/// replaced.
/// </param>
/// <param name="Back">The time from the kill until the killed replica voted again and had caught up.</param>
/// <param name="IsCrashedReplaced">Whether the killed replica was replaced instead of restarted.</param>
/// <param name="Calls">The number of calls that were answered meanwhile.</param>
internal sealed record PairTimes(string Kind, int Liar, int Crashed, TimeSpan? Replaced, TimeSpan Back, bool IsCrashedReplaced, int Calls)
{
    /// <summary>The time limit in which a liar of this kind must be replaced; null if it is outvoted and not replaced.</summary>
    public TimeSpan? ReplacedWithin => Kind switch
    {
        _ when !LieKinds.IsFoundByManagers(LieKinds.Parse(Kind)) => null,
        _ when Kind == LieKinds.WordOf(LieKind.State) => TimeSpan.FromSeconds(20),
        _ => TimeSpan.FromSeconds(5),
    };

    /// <summary>The time limit in which a crashed replica must be back.</summary>
    public static TimeSpan BackWithin { get; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// One replica begins to lie and another is killed at the same moment, under load. No client notices. The liar is replaced; a liar that
/// the managers can't see is outvoted and reported instead. The killed replica comes back, and all four are equal in the end.
/// </summary>
internal static class LiarAndCrash
{
    private const int Clients = 4;

    /// <summary>A replica at most this many entries behind the others has caught up: these entries are still under way.</summary>
    private const long Behind = 2 * Clients;

    private static int Replicas { get; } = ClusterTopology.Default().Replicas.Length;

    /// <summary>All ordered pairs, by distance. In the pairs of one distance, every replica lies once and crashes once.</summary>
    public static IEnumerable<(int Liar, int Crashed)> Pairs =>
        from distance in Enumerable.Range(1, Replicas - 1)
        from liar in Enumerable.Range(0, Replicas)
        select (liar + 1, ((liar + distance) % Replicas) + 1);

    /// <summary>Makes one replica lie, kills another, and checks everything except the times.</summary>
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
            if (isReplaced && status.Replicas[liar - 1] is { State: "active" } renewed
                && renewed.Incarnation != before.Replicas[liar - 1].Incarnation)
            {
                renewedAt ??= clients.Now;
            }

            if (HasCaughtUp(status, status.Replicas[crashed - 1]) && status.Replicas[crashed - 1].ProcessId != killed.ProcessId)
                backAt ??= clients.Now;
            return backAt is not null && (!isReplaced || renewedAt is not null);
        }, what: $"replica{liar} is replaced and replica{crashed} is back");
        var events = await cluster.Managers.TellAsync(agreedBefore, $"replica{liar}", isReplaced ? "replacementDone" : "alarm");
        TestContext.Out.WriteLine(
            $"replica{liar} lies ({kind}) from {liedAt.TotalSeconds:F3} and is replaced at {renewedAt?.TotalSeconds:F3}; "
            + $"replica{crashed} is killed at {killedAt.TotalSeconds:F3} and back at {backAt!.Value.TotalSeconds:F3}; "
            + $"the managers' events:{AgreedByManagers.Tell(events)}");
        if (!isReplaced)
            await cluster.HealAsync();

        await clients.AnsweredAsync(20);
        await clients.CheckAsync();
        Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, "calls that failed");
        // On a busy machine the restart of the killed replica may take longer than the managers wait. Then they replace it.
        var settled = await cluster.Managers.SayAsync(
            status => status.Replacing is null && AgreedByManagers.IsSettled(
                [.. status.Events.Where(happening => happening.Number > agreedBefore)], $"replica{crashed}"),
            $"no replacement is under way, and every suspicion and accusation of replica{crashed} is settled");
        var whole = await cluster.IsWholeAsync();
        var renewedOnes = Enumerable.Range(1, Replicas)
            .Where(replica => whole.Replicas[replica - 1].Incarnation != before.Replicas[replica - 1].Incarnation)
            .ToList();
        Assert.That(renewedOnes, isReplaced ? Does.Contain(liar) : Does.Not.Contain(liar));
        Assert.That(renewedOnes, Is.SubsetOf(new[] { liar, crashed }));
        var decided = settled.Events.Where(happening => happening.Number > agreedBefore && happening.Kind == "replacementDecided");
        Assert.That(
            decided.Select(happening => happening.Node).Distinct(),
            Is.EquivalentTo(renewedOnes.Select(replica => $"replica{replica}")));
        if (kind != LieKinds.WordOf(LieKind.State))
            Assert.That(whole.Counters.WrongReplies, Is.GreaterThanOrEqualTo(before.Counters.WrongReplies + 3));
        var wrongAt = kind == LieKinds.WordOf(LieKind.State) ? liedAt : ThirdWrong(clients.History, events, $"replica{liar}");
        return new PairTimes(kind, liar, crashed, renewedAt - wrongAt, backAt.Value - killedAt,
            renewedOnes.Contains(crashed), clients.History.Calls.Count);
    }

    private static bool HasCaughtUp(ClusterStatus status, ReplicaStatus replica) =>
        replica.State == "active" && replica.Executed >= status.Replicas.Max(other => other.Executed) - Behind;

    /// <summary>When the call with the third wrong reply was answered. The first event <c>verdict</c> names that call.</summary>
    private static TimeSpan ThirdWrong(ClientHistory history, IEnumerable<ManagerEvent> events, string liar)
    {
        var verdict = events.First(happening => happening.Kind == "verdict" && happening.Node == liar);
        var third = verdict.Text.Split(' ')
            .Select(word => long.TryParse(word.TrimEnd(','), CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 1)
            .ElementAt(2);
        return history.Calls.Where(call => call.Sequence == third).Min(call => call.Ended);
    }
}
