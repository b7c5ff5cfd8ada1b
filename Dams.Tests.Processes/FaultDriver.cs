using System.Globalization;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Lab;

namespace Dams.Tests.Processes;

/// <summary>
/// Injects random faults into a cluster under load, within the fault model. At any time at most one replica lies and at most one other is
/// away: killed, hung, or cut off. Faults of the network, the sequencers and the managers come on top. A replica counts as broken until
/// its replacement is done and every suspicion and accusation is settled. The seed decides the faults; timing decides what they hit.
/// </summary>
internal sealed class FaultDriver(TestCluster cluster, BookingClients clients, int seed)
{
    private const int Replicas = 4;
    private const int CallsBetweenMax = 250;
    private const int NetworkFaultsMax = 3;
    private const int HangsMsMax = 4_000;

    /// <summary>A replica at most this many entries behind the others counts as voting with them.</summary>
    private const long Behind = 40;

    private static readonly string[] s_networkFaults =
        ["drop 5", "duplicate 20", "delay 0ms --jitter 20ms", "drop 30 --to 1", "drop 30 --to 4", "delay 30ms --to 2"];

    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private Broken? _liar;
    private Broken? _away;
    private int _networkFaults;
    private int _turn = seed;

    /// <summary>The injected faults, with their counts.</summary>
    public string Told => string.Join(", ", _counts.Select(pair => $"{pair.Key} {pair.Value}"));

    /// <summary>Injects faults for a duration, then ends all faults and waits until all processes run.</summary>
    public async Task RunAsync(TimeSpan duration)
    {
        var end = clients.Now + duration;
        while (clients.Now < end)
        {
            var status = await cluster.StatusAsync();
            await FollowAsync(status);
            await BreakAsync(status);
            // Some calls are answered during each fault, however long that takes.
            await clients.AnsweredAsync(_random.Next(CallsBetweenMax));
        }

        await HealAsync();
        await cluster.StatusAsync(_ => cluster.Running().Count == cluster.Topology.Nodes.Count());
    }

    private async Task FollowAsync(ClusterStatus status)
    {
        var agreed = await cluster.Managers.SayAsync(_ => true);
        if (agreed.Replacing is not null)
            return;
        bool IsWhole(Broken broken) => IsVoting(status, broken.Replica)
            && (clients.Now > broken.Until || status.Replicas[broken.Replica - 1].Incarnation != broken.Incarnation)
            && AgreedByManagers.IsSettled(
                [.. agreed.Events.Where(happening => happening.Number > broken.AgreedBefore)], $"replica{broken.Replica}");
        if (_liar is { } liar && IsWhole(liar))
            _liar = null;
        if (_away is { } away && IsWhole(away))
            _away = null;
    }

    private async Task BreakAsync(ClusterStatus status)
    {
        switch (_random.Next(10))
        {
            case 0 or 1 when _liar is null && Next(status) is { } replica:
                _liar = await BrokenAsync(status, replica, TimeSpan.MaxValue);
                await FaultAsync("lie", $"lie {replica} --kind {LieKinds.Words[_random.Next(LieKinds.Words.Count)]}");
                break;
            case 2 when _away is null && Next(status) is { } replica:
                _away = await BrokenAsync(status, replica, clients.Now + TimeSpan.FromSeconds(1));
                await FaultAsync("crash", $"crash {replica}");
                break;
            case 3 when _away is null && Next(status) is { } replica:
                var hangs = TimeSpan.FromMilliseconds(_random.Next(100, HangsMsMax));
                _away = await BrokenAsync(status, replica, clients.Now + hangs);
                await FaultAsync("pause", Text($"pause {replica} {(int)hangs.TotalMilliseconds}ms"));
                break;
            case 4 when _away is null && Next(status) is { } replica:
                _away = await BrokenAsync(status, replica, TimeSpan.MaxValue);
                var others = string.Join(',', Enumerable.Range(1, Replicas).Where(other => other != replica));
                await FaultAsync("partition", Text($"partition {replica}|{others},sequencer1,sequencer2,frontend1"));
                break;
            case 5 when _networkFaults < NetworkFaultsMax:
                _networkFaults++;
                var fault = s_networkFaults[_random.Next(s_networkFaults.Length)];
                await FaultAsync(fault.Split(' ')[0], fault);
                break;
            case 6 when Next(status) is { } replica:
                await FaultAsync("slow", $"slow {replica} 30ms");
                break;
            case 7 when cluster.Topology.Sequencers.All(Runs):
                await FaultAsync("kill sequencer", "kill sequencer");
                break;
            case 8 when cluster.Topology.Managers.All(Runs):
                await FaultAsync("kill manager", $"crash {cluster.Topology.Managers[_random.Next(Replicas)].Id}");
                break;
            case 9:
                await HealAsync();
                break;
        }
    }

    private async Task HealAsync()
    {
        Note("heal", "heal");
        await cluster.HealAsync();
        _networkFaults = 0;
        // Reports about faults from just before the heal may still be on their way to the managers.
        var soon = clients.Now + TimeSpan.FromSeconds(1);
        _liar = _liar is { } liar ? liar with { Until = soon } : null;
        _away = _away is { } away ? away with { Until = soon } : null;
    }

    /// <summary>
    /// The next replica in turn that votes and has no fault; null if there is none. Replicas take turns, so that no seat is replaced so
    /// often that it is degraded.
    /// </summary>
    private int? Next(ClusterStatus status)
    {
        for (var i = 0; i < Replicas; i++)
        {
            var replica = (++_turn % Replicas) + 1;
            if (replica != _liar?.Replica && replica != _away?.Replica && IsVoting(status, replica))
                return replica;
        }

        return null;
    }

    private static bool IsVoting(ClusterStatus status, int replica) =>
        status.Replicas[replica - 1] is { State: "active" } it && it.Executed >= status.Replicas.Max(other => other.Executed) - Behind;

    private bool Runs(ClusterNode node) => cluster.Find(node.Id.ToString()) is not null;

    private async Task<Broken> BrokenAsync(ClusterStatus status, int replica, TimeSpan until) =>
        new(replica, status.Replicas[replica - 1].Incarnation, until, await cluster.Managers.LastEventAsync());

    private async Task FaultAsync(string what, string fault)
    {
        Note(what, fault);
        await cluster.FaultAsync(fault);
    }

    private void Note(string what, string fault)
    {
        _counts[what] = _counts.GetValueOrDefault(what) + 1;
        TestContext.Out.WriteLine(Text($"{clients.Now.TotalSeconds:F3}: {fault}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A replica with an injected fault.</summary>
    /// <param name="Replica">The replica's number.</param>
    /// <param name="Incarnation">The incarnation with the fault; the next one is free of it.</param>
    /// <param name="Until">When the fault ends by itself; a suspicion or accusation may come a little later.</param>
    /// <param name="AgreedBefore">The number of the managers' last event before the fault.</param>
    private sealed record Broken(int Replica, string? Incarnation, TimeSpan Until, long AgreedBefore);
}
