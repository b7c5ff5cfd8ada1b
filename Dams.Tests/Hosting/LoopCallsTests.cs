using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Tests.Ordering.Driver;

namespace Dams.Tests.Hosting;

/// <summary>A failure of work beside a loop reaches the loop; a stop of that work does not.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LoopCallsTests : IAsyncDisposable
{
    private static readonly NodeId s_self = NodeId.Replica(1);

    private readonly DriverCluster _cluster = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProtocolDriver _driver;

    public LoopCallsTests()
    {
        _cluster.Place(s_self);
        var core = new TestCore();
        _driver = _cluster.Add(s_self, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        _driver.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _cluster.DisposeAsync();
        _stopping.Dispose();
    }

    [Test]
    public async Task An_unexpected_exception_beside_the_loop_ends_the_loop_with_it()
    {
        _driver.RunBeside(() => throw new NotSupportedException("on purpose"), _stopping.Token);
        var end = await Assert.ThrowsAsync<NotSupportedException>(() => _driver.Completion.WaitAsync(Eventually.Limit));
        Assert.That(end!.Message, Is.EqualTo("on purpose"));
    }

    [Test]
    public async Task A_stop_is_no_failure()
    {
        var work = _driver.RunBesideAsync(() => Task.Delay(Timeout.Infinite, _stopping.Token), _stopping.Token);
        await _stopping.CancelAsync();
        await work.WaitAsync(Eventually.Limit);
        await _driver.StopAsync();
    }

    [Test]
    public async Task A_cancellation_without_a_stop_ends_the_loop()
    {
        _driver.RunBeside(() => Task.FromCanceled(new CancellationToken(canceled: true)), _stopping.Token);
        await Eventually.IsTrueAsync(() => _driver.Completion.IsFaulted || _driver.Completion.IsCanceled);
    }

    [Test]
    public async Task Work_for_a_busy_loop_waits_and_work_for_an_ended_loop_is_dropped()
    {
        using var gate = new ManualResetEventSlim();
        _driver.Post(_ => gate.Wait());
        var done = 0;
        var posts = Enumerable.Range(0, 20_000).Select(_ => _driver.PostPatientlyAsync(_ => done++)).ToList();
        Assert.That(posts.Exists(post => !post.IsCompleted), "the loop can't take them all");
        gate.Set();
        await Task.WhenAll(posts).WaitAsync(Eventually.Limit);
        Assert.That(await _driver.InvokePatientlyAsync(_ => done), Is.EqualTo(posts.Count));
        await _driver.StopAsync();
        await _driver.PostPatientlyAsync(_ => done++).WaitAsync(Eventually.Limit);
        Assert.That(done, Is.EqualTo(posts.Count));
    }
}
