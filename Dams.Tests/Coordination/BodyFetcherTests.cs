using System.Collections.Concurrent;
using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Service;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Driver;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Coordination;

/// <summary>A replica that gives no bodies, or none in time, delays only the bodies that are wanted from itself.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BodyFetcherTests : IAsyncDisposable
{
    private static readonly NodeId s_self = NodeId.FrontEnd(1);

    private readonly FakeLogger _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly DriverCluster _cluster = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<(BodyWanted Wanted, byte[]? Body)> _fetched = [];
    private readonly Giver[] _givers = [new(), new()];
    private readonly ProtocolDriver _driver;
    private readonly BodyFetcher _fetcher;
    private readonly Task _fetching;

    public BodyFetcherTests()
    {
        _cluster.Place(s_self);
        var core = new TestCore();
        _driver = _cluster.Add(s_self, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        _fetcher = new BodyFetcher(number => _givers[number - 1], _time, _log);
        _driver.Start();
        _fetching = _fetcher.RunAsync(_driver, (wanted, body, _) => _fetched.Enqueue((wanted, body?.ToArray())), _stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _fetching;
        await _cluster.DisposeAsync();
        _stopping.Dispose();
    }

    [Test]
    public async Task A_slow_replica_is_asked_for_few_bodies_at_a_time_and_does_not_delay_others()
    {
        _givers[1].Give(new GetReplyResult { Found = true, Body = [1, 2] });
        await FetchAsync(replica: 1, from: 1, to: 40);
        await FetchAsync(replica: 2, from: 41, to: 41);
        await Eventually.IsTrueAsync(() => _fetched.Count == 1);
        Assert.That(_fetched.Single(), Is.EqualTo((Wanted(2, 41), new byte[] { 1, 2 }))
            .Using<(BodyWanted Wanted, byte[]? Body)>((a, b) => a.Wanted == b.Wanted && a.Body!.SequenceEqual(b.Body!)));
        await Eventually.IsTrueAsync(() => _givers[0].Asked == BodyFetcher.AtOnceMax);
        _givers[0].Give(new GetReplyResult { Found = true, Body = [3] });
        await Eventually.IsTrueAsync(() => _fetched.Count == 41);
        Assert.That(_givers[0].AtOnce, Is.EqualTo(BodyFetcher.AtOnceMax));
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task Queued_fetches_from_a_silent_replica_time_out_together_with_those_under_way()
    {
        await FetchAsync(replica: 1, from: 1, to: 40);
        await Eventually.IsTrueAsync(() => _fetched.Count == 40);
        Assert.That(_fetched.Select(fetched => fetched.Body), Is.All.Null);
        Assert.That(_givers[0].Asked, Is.EqualTo(BodyFetcher.AtOnceMax));
    }

    [Test]
    public async Task Many_failures_make_one_log_line_of_bounded_length()
    {
        _givers[0].Fail(new FaultException(string.Concat(Enumerable.Repeat("no\nbody ", 10_000))));
        await FetchAsync(replica: 1, from: 1, to: 100);
        await Eventually.IsTrueAsync(() => _fetched.Count == 100);
        Assert.That(_fetched.Select(fetched => fetched.Body), Is.All.Null);
        Assert.That(_log.Lines, Has.Count.EqualTo(1));
        Assert.That(_log.Lines[0], Has.Length.LessThan(400).And.Match("^Warning .* no body no body .* last such line: 1$"));
        _time.Advance(Throttle.IntervalMin);
        await FetchAsync(replica: 1, from: 101, to: 101);
        await Eventually.IsTrueAsync(() => _fetched.Count == 101);
        Assert.That(_log.Lines, Has.Count.EqualTo(2).And.One.EndsWith("last such line: 100"));
    }

    [Test]
    public async Task A_found_reply_without_a_body_gives_no_body()
    {
        _givers[0].Give(new GetReplyResult { Found = true });
        await FetchAsync(replica: 1, from: 1, to: 1);
        await Eventually.IsTrueAsync(() => _fetched.Count == 1);
        Assert.That(_fetched.Single().Body, Is.Null);
    }

    private static BodyWanted Wanted(byte replica, long seq) => new(default, default, new SequenceNumber(seq), replica);

    private Task<bool> FetchAsync(byte replica, int from, int to) => _driver.InvokeAsync(_ =>
    {
        for (var seq = from; seq <= to; seq++)
            _fetcher.Fetch(Wanted(replica, seq));
        return true;
    });

    private sealed class Giver : IReplicaService
    {
        private readonly TaskCompletionSource<GetReplyResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _now;

        public int Asked { get; private set; }

        public int AtOnce { get; private set; }

        public void Give(GetReplyResult reply) => _answer.SetResult(reply);

        public void Fail(Exception exception) => _answer.SetException(exception);

        public async Task<GetReplyResult> GetReplyAsync(long sequence)
        {
            lock (_lock)
                (Asked, AtOnce) = (Asked + 1, Math.Max(AtOnce, ++_now));
            try
            {
                return await _answer.Task;
            }
            finally
            {
                lock (_lock)
                    _now--;
            }
        }

        public Task<GetStatusResult> GetStatusAsync() => throw new NotSupportedException();

        public Task<GetStateDigestResult> GetStateDigestAsync(long sequence) => throw new NotSupportedException();

        public Task<GetEntriesResult> GetEntriesAsync(long from, long to) => throw new NotSupportedException();

        public Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset) => throw new NotSupportedException();
    }
}
