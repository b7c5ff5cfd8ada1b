using System.Globalization;

namespace Dams.Tests.Processes.Drill;

/// <summary>All cases of the fault drill; run by hand. <c>DAMS_DRILL_SEED</c> sets the seed of the random moments.</summary>
[Explicit("takes many minutes")]
[Category("Processes")]
internal sealed class LongDrillTests
{
    private const int Moments = 10;

    // So each seat is replaced at most twice in a cluster.
    private const int CasesOfCluster = 8;

    private static readonly int s_seed =
        int.TryParse(Environment.GetEnvironmentVariable("DAMS_DRILL_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    [Test]
    public async Task A_replica_comes_back_after_each_damage_to_its_files()
    {
        foreach (var chunk in Damage.ToReplica.Chunk(CasesOfCluster - 1))
        {
            await InClusterAsync(async cluster =>
            {
                await DamagedFolder.HaveSnapshotsAsync(cluster, joiner: 4);
                for (var i = 0; i < chunk.Length; i++)
                    await DamagedFolder.OfReplicaAsync(cluster, (i % cluster.Topology.Replicas.Length) + 1, chunk[i], s_seed + i);
            });
        }
    }

    [Test]
    public async Task A_manager_comes_back_after_each_damage_to_its_files() => await InClusterAsync(async cluster =>
    {
        var manager = 0;
        foreach (var damage in Damage.ToManager)
            await DamagedFolder.OfManagerAsync(cluster, (manager++ % cluster.Topology.Managers.Length) + 1, damage);
        // Each manager has joined again by now, and so has saved the agreed state.
        foreach (var damage in Damage.ToAgreedState)
            await DamagedFolder.OfManagerAsync(cluster, (manager++ % cluster.Topology.Managers.Length) + 1, damage);
    });

    [Test]
    public async Task Kills_at_ten_random_moments_of_starts_lose_nothing() => await InClusterAsync(async cluster =>
    {
        TestContext.Out.WriteLine($"DAMS_DRILL_SEED={s_seed}");
        await RandomMoments.OfAStartAsync(cluster, replica: 1, Moments, s_seed);
        await RandomMoments.OfAStartOfEverythingAsync(cluster, Moments, s_seed);
    });

    [Test]
    public async Task Kills_at_ten_random_moments_of_joins_and_snapshots_lose_nothing()
    {
        TestContext.Out.WriteLine($"DAMS_DRILL_SEED={s_seed}");
        for (var first = 0; first < Moments; first += CasesOfCluster)
        {
            var (from, to) = (first, Math.Min(first + CasesOfCluster, Moments));
            await InClusterAsync(async cluster =>
            {
                for (var i = from; i < to; i++)
                {
                    var joiner = (i % cluster.Topology.Replicas.Length) + 1;
                    // Half of the kills hit the joiner, the other half a donor that writes the joiner's snapshot.
                    var donor = (joiner % cluster.Topology.Replicas.Length) + 1;
                    await RandomMoments.OfAJoinAsync(cluster, joiner, i % 2 == 0 ? joiner : donor, s_seed + i);
                }
            });
        }
    }

    private static async Task InClusterAsync(Func<TestCluster, Task> run)
    {
        await using var cluster = await TestCluster.UpAsync();
        try
        {
            await run(cluster);
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            throw;
        }
    }
}
