using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.Contracts.Topology;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting;
using Dams.Replica.Hosting.Snapshots;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Ordering.Storage;
using NUnit.Framework;

using EngineVersions = Dams.Tests.Engines.EngineVersions;
using NodeId = Dams.Ordering.NodeId;
using ReplicaNode = Dams.Replica.Core.ReplicaNode;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>A joiner among donors that are right, wrong, silent or broken: it takes nothing that two don't vouch for, and never stands still.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SnapshotFetcherTests : IAsyncDisposable
{
    private const int Join = 200;
    private static readonly NodeId Self = NodeId.Replica(1);
    private static readonly SequenceNumber JoinSeq = new(Join);
    private static readonly (byte[] Bytes, string Digest) Right = StateOf(seed: 1, Join);
    private static readonly (byte[] Bytes, string Digest) Other = StateOf(seed: 2, Join);
    private static readonly (byte[] Bytes, string Digest) Earlier = StateOf(seed: 1, Join - 1);

    private readonly LogFolder _logFolder = new();
    private readonly TestFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private readonly DriverCluster _cluster = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Donor[] _donors = [new(), new(), new()];
    private readonly SnapshotFolder _snapshots;
    private readonly DurableLog _memberLog;
    private readonly ReplicaNode _node;
    private readonly ProtocolDriver _driver;

    public SnapshotFetcherTests()
    {
        var group = new GroupOptions { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [1] };
        foreach (var node in new[] { Self, NodeId.Replica(2), NodeId.Replica(3), NodeId.Replica(4), NodeId.Sequencer(1), NodeId.FrontEnd(1) })
            _cluster.Place(node);
        var outbox = new Outbox();
        _memberLog = _logFolder.Open();
        _snapshots = new SnapshotFolder(_folder.File("snapshots"), isDurable: false);
        _node = new ReplicaNode(group, 1, _memberLog, outbox, EngineVersions.Create("Calendar"), 0, new ReplicaCoreOptions(), 1);
        var fetcher = new SnapshotFetcher(_node, 1, ClusterTopology.Default(), number => _donors[number - 2], _snapshots, new ReplicaCoreOptions(), _log)
        {
            VouchersPatience = TimeSpan.FromMilliseconds(300),
            DonorPatience = TimeSpan.FromMilliseconds(500),
        };
        var keeper = new SnapshotKeeper(_node, _memberLog, _snapshots, _log);
        _node.Start(ClockSource.System.Now);
        _driver = _cluster.Add(Self, new DrivenCore(
            GroupId.Replicas, new ObservedReplica(_node, keeper, () => fetcher.OnBatchEnd(() => _driver!, _stopping.Token), static () => { }, _log), outbox, _memberLog));
        _driver.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _cluster.DisposeAsync();
        _stopping.Dispose();
        _memberLog.Dispose();
        _log.Dispose();
        _logFolder.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task What_two_vouch_for_is_taken_from_one_of_them()
    {
        _donors[0].Has(Other);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_snapshots.List(), Is.EqualTo(new[] { JoinSeq }));
        Assert.That(_donors[0].Asked, Is.Zero, "pieces of what only one vouches for");
    }

    [Test]
    public async Task Who_gives_another_state_than_it_vouches_for_is_found_out_and_the_next_is_asked()
    {
        _donors[0].Has(Right.Digest, Other.Bytes);
        _donors[1].Has(Right.Digest, Earlier.Bytes);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_log.Lines.Count(line => line.Contains("is refused and set aside", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(_snapshots.List(), Is.EqualTo(new[] { JoinSeq }));
        Assert.That(Directory.GetFiles(_folder.File("snapshots")), Has.Length.EqualTo(2), "the right one and the evidence");
    }

    [Test]
    public async Task What_is_not_what_was_vouched_for_never_has_the_name_that_a_start_looks_for()
    {
        foreach (var donor in _donors)
            donor.Has(Right.Digest, Other.Bytes);
        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(_snapshots.List(), Is.Empty);
    }

    [Test]
    public async Task Without_two_who_vouch_the_JOIN_is_asked_for_again()
    {
        _donors[0].Has(Right);
        _donors[1].Has(Other);
        _donors[2].Fails = new TimeoutException("on purpose");
        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(_donors.Sum(donor => donor.Asked), Is.Zero);
    }

    [Test]
    public async Task A_donor_that_breaks_off_is_followed_by_another()
    {
        _donors[0].Has(Right.Digest, Right.Bytes[..^100], Right.Bytes.Length);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
    }

    [Test]
    public async Task A_donor_that_is_wrong_in_a_way_that_nobody_expects_is_passed_over()
    {
        _donors[0].Fails = new NotSupportedException("on purpose");
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
    }

    [Test]
    public async Task A_donor_that_gives_pieces_without_end_is_followed_by_another()
    {
        _donors[0].Has(Right.Digest, Right.Bytes, long.MaxValue);
        _donors[0].IsEndless = true;
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
    }

    [Test]
    public async Task A_donor_whose_snapshot_grows_while_it_is_given_is_followed_by_another()
    {
        _donors[0].Has(Right.Digest, Right.Bytes, Right.Bytes.Length + 1);
        _donors[0].Grows = true;
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_log.Lines, Has.Some.Contains("has become one of"));
    }

    [Test]
    public async Task A_stop_in_the_middle_is_no_failure()
    {
        _donors[0].Fails = new TimeoutException("on purpose");
        await JoinAsync();
        await _stopping.CancelAsync();
        await _driver.StopAsync();
    }

    private Task<bool> JoinAsync() => _driver.InvokeAsync(now =>
    {
        var voters = new byte[] { 2, 3, 4 }.Select(id => new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero));
        var view = new View(JoinSeq, voters.Append(new ViewMember(1, LogFolder.Incarnation, null, JoinSeq)));
        _node.OnMessage(new Envelope(NodeId.Sequencer(1), new BootId(9), Epoch.Of(1, 1)), new Sync(JoinSeq, JoinSeq, SequenceNumber.Zero, new SequenceNumber(1), false, view), now);
        return true;
    });

    private async Task IsRestoredAsync()
    {
        await Eventually.IsTrueAsync(() => _log.Lines.Any(line => line.Contains("restored the snapshot", StringComparison.Ordinal)));
        var digest = await _driver.InvokeAsync(_ => (_node.Core.Executed, Convert.ToHexStringLower(_node.Core.Digest())));
        Assert.That(digest, Is.EqualTo((JoinSeq, Right.Digest)));
    }

    private async Task IsGivenUpAsync()
    {
        await Eventually.IsTrueAsync(() => _driver.InvokeAsync(_ => _node.Member.SnapshotWanted is null).GetAwaiter().GetResult());
        Assert.That(await _driver.InvokeAsync(_ => _node.Core.Executed), Is.EqualTo(SequenceNumber.Zero));
        Assert.That(_log.Lines, Has.Some.Contains("the JOIN is asked for again"));
    }

    private static (byte[] Bytes, string Digest) StateOf(ulong seed, int entries)
    {
        var core = new ReplicaCore(EngineVersions.Create("Ledger"), new ReplicaCoreOptions(), new Replies());
        var source = new EntrySource(seed);
        foreach (var command in RandomSequence.OfSeed((int)seed).Take(entries))
            core.OnDelivered(source.Next(command), default);
        return (SnapshotBytes.Of(core), Convert.ToHexStringLower(core.Digest()));
    }

    private sealed class Donor : IReplicaService
    {
        private const int ChunkBytes = 2_000;

        private string? _digest;
        private byte[] _bytes = [];
        private long _total;

        public Exception? Fails { get; set; }

        /// <summary>After its last piece it begins again.</summary>
        public bool IsEndless { get; set; }

        /// <summary>Each piece is of a longer snapshot.</summary>
        public bool Grows { get; set; }

        public int Asked { get; private set; }

        public void Has((byte[] Bytes, string Digest) state) => Has(state.Digest, state.Bytes);

        public void Has(string digest, byte[] bytes, long? total = null) => (_digest, _bytes, _total) = (digest, bytes, total ?? bytes.Length);

        public Task<GetStateDigestResult> GetStateDigestAsync(long sequence) => Fails is not null
            ? Task.FromException<GetStateDigestResult>(Fails)
            : Task.FromResult(new GetStateDigestResult { Found = _digest is not null, Sequence = sequence, Digest = _digest });

        public Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset)
        {
            Asked++;
            if (IsEndless)
                offset %= _bytes.Length;
            if (Grows)
                _total++;
            if (offset >= _bytes.Length)
                throw new CommunicationException("on purpose");
            var chunk = _bytes.AsSpan((int)offset, Math.Min(ChunkBytes, _bytes.Length - (int)offset)).ToArray();
            return Task.FromResult(new GetSnapshotResult { Found = true, Sequence = sequence, Offset = offset, TotalBytes = _total, Chunk = chunk });
        }

        public Task<GetStatusResult> GetStatusAsync() => throw new NotSupportedException();

        public Task<GetReplyResult> GetReplyAsync(long sequence) => throw new NotSupportedException();

        public Task<GetEntriesResult> GetEntriesAsync(long from, long to) => throw new NotSupportedException();
    }
}
