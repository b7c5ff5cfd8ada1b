using NUnit.Framework.Interfaces;

namespace Dams.Tests.Processes;

/// <summary>
/// Tests that share a cluster, because starting eleven processes takes longer than most tests. When a test fails, the fixture writes the
/// cluster's logs and disposes the cluster. The next test then starts a new one.
/// </summary>
[Category("Processes")]
internal abstract class ClusterFixture
{
    private TestCluster? _cluster;

    /// <summary>Starts the cluster; called before the first test that needs one, and again after a failure.</summary>
    protected virtual Task<TestCluster> StartAsync() => TestCluster.UpAsync();

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
            Assert.That(await cluster.StopAsync(), Is.Empty, "processes left behind");
    }
}
