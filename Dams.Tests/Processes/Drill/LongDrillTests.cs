using System.Globalization;

namespace Dams.Tests.Processes.Drill;

/// <summary>All cases of the drill; run by hand. <c>DAMS_DRILL_SEED</c> says which random moments.</summary>
[Explicit("takes many minutes")]
[Category("Processes")]
internal sealed class LongDrillTests
{
    private const int Moments = 10;

    // Each slot is replaced twice at most in a cluster.
    private const int CasesOfCluster = 8;

    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("DAMS_DRILL_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    [Test]
    public async Task All_damages_of_a_replicas_files()
    {
        foreach (var chunk in Damage.ToReplica.Chunk(CasesOfCluster - 1))
        {
            await InClusterAsync(async cluster =>
            {
                await DamagedFolder.HaveSnapshotsAsync(cluster, joiner: 4);
                for (var i = 0; i < chunk.Length; i++)
                    await DamagedFolder.OfReplicaAsync(cluster, (i % 4) + 1, chunk[i], s_seed + i);
            });
        }
    }

    [Test]
    public async Task All_damages_of_a_managers_files() => await InClusterAsync(async cluster =>
    {
        var manager = 0;
        foreach (var damage in Damage.ToManager)
            await DamagedFolder.OfManagerAsync(cluster, (manager++ % 4) + 1, damage);
        // By now each has joined, and has saved what was agreed on then.
        foreach (var damage in Damage.ToAgreedState)
            await DamagedFolder.OfManagerAsync(cluster, (manager++ % 4) + 1, damage);
    });

    [Test]
    public async Task Ten_random_moments_of_each() => await InClusterAsync(async cluster =>
    {
        TestContext.Out.WriteLine($"DAMS_DRILL_SEED={s_seed}");
        await RandomMoments.OfAStartAsync(cluster, replica: 1, Moments, s_seed);
        await RandomMoments.OfAStartOfEverythingAsync(cluster, Moments, s_seed);
    });

    [Test]
    public async Task Ten_random_moments_of_joins_and_snapshots()
    {
        TestContext.Out.WriteLine($"DAMS_DRILL_SEED={s_seed}");
        for (var first = 0; first < Moments; first += CasesOfCluster)
        {
            var (from, to) = (first, Math.Min(first + CasesOfCluster, Moments));
            await InClusterAsync(async cluster =>
            {
                for (var i = from; i < to; i++)
                {
                    var joiner = (i % 4) + 1;
                    // A joiner in one half of them, a donor that writes its snapshot in the other.
                    await RandomMoments.OfAJoinAsync(cluster, joiner, i % 2 == 0 ? joiner : (joiner % 4) + 1, s_seed + i);
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
