using NUnit.Framework.Interfaces;

namespace Dams.Tests.Processes;

/// <summary>
/// Tests that share a cluster, because starting eleven processes takes longer than most tests. A test that fails takes the cluster with it, after its logs
/// were written; the next one gets a new one.
/// </summary>
[Category("Processes")]
internal abstract class ClusterFixture
{
    private TestCluster? _cluster;

    /// <summary>How the cluster is started.</summary>
    protected virtual Task<TestCluster> StartAsync() => TestCluster.UpAsync();

    /// <summary>The cluster.</summary>
    protected async Task<TestCluster> ClusterAsync() => _cluster ??= await StartAsync();

    [TearDown]
    public async Task DropFailedCluster()
    {
        if (_cluster is not { } cluster)
            return;
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            cluster.WriteLogs(TestContext.Out);
            _cluster = null;
            await cluster.DisposeAsync();
            return;
        }

        cluster.Resume();
    }

    [OneTimeTearDown]
    public async Task StopCluster()
    {
        if (_cluster is not { } cluster)
            return;
        await using (cluster)
            Assert.That(await cluster.StopAsync(), Is.Empty, "processes that were left behind");
    }
}
