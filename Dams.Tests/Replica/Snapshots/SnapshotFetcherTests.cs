using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting;
using Dams.Replica.Hosting.Snapshots;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Ordering.Storage;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>
/// A joiner among donors that are right, wrong, silent or broken. It takes nothing that two donors don't vouch for, and never
/// stands still.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SnapshotFetcherTests : IAsyncDisposable
{
    private const int Join = 200;
    private static readonly NodeId Self = NodeId.Replica(1);
    private static readonly SequenceNumber JoinSeq = new(Join);
    private static readonly GivenSnapshot Right = StateOf(seed: 1, Join);
    private static readonly GivenSnapshot Other = StateOf(seed: 2, Join);
    private static readonly GivenSnapshot Earlier = StateOf(seed: 1, Join - 1);

    private readonly LogFolder _logFolder = new();
    private readonly TestFolder _folder = new();
    private readonly FakeLogger _log = new();
    private readonly DriverCluster _cluster = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SnapshotDonor[] _donors = [new(), new(), new()];
    private readonly SnapshotFolder _snapshots;
    private readonly DurableLog _memberLog;
    private readonly ReplicaProtocol _node;
    private readonly ProtocolDriver _driver;
    private readonly Task _fetching;

    public SnapshotFetcherTests()
    {
        var group = new GroupOptions
        {
            Group = GroupId.Replicas,
            Members = [1, 2, 3, 4],
            Sequencers = [1],
            FrontEnds = [1],
            ConfirmationsNeeded = 0,
        };
        NodeId[] nodes = [Self, NodeId.Replica(2), NodeId.Replica(3), NodeId.Replica(4), NodeId.Sequencer(1), NodeId.FrontEnd(1)];
        foreach (var node in nodes)
            _cluster.Place(node);
        var outbox = new Outbox();
        _memberLog = _logFolder.Open();
        _snapshots = new SnapshotFolder(_folder.File("snapshots"), isDurable: false);
        _node = new ReplicaProtocol(group, 1, _memberLog, outbox, EngineVersions.Create("Calendar"), 0, new ReplicaCoreOptions(), 1);
        var fetcher = new SnapshotFetcher(
            _node, 1, ClusterTopology.Default(), number => _donors[number - 2], _snapshots, new ReplicaCoreOptions(), _log)
        {
            VouchersPatience = TimeSpan.FromMilliseconds(300),
            DonorPatience = TimeSpan.FromMilliseconds(500),
            FirstPause = TimeSpan.FromHours(1),
        };
        var keeper = new SnapshotKeeper(_node, _memberLog, _snapshots, _log);
        _node.Start(ClockSource.System.Now);
        var observer = new ReplicaObserver(_node, keeper, fetcher.OnBatchEnd, static () => { }, _log);
        _driver = _cluster.Add(Self, new DrivenCore(GroupId.Replicas, _node, outbox, _memberLog, observer));
        _fetching = fetcher.RunAsync(_driver, _stopping.Token);
        _driver.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _fetching;
        await _cluster.DisposeAsync();
        _stopping.Dispose();
        _memberLog.Dispose();
        _logFolder.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_snapshot_that_two_donors_vouch_for_is_fetched_from_one_of_them()
    {
        _donors[0].Has(Other);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_snapshots.List(), Is.EqualTo(new[] { JoinSeq }));
        Assert.That(_donors[0].Asked, Is.Zero, "only one donor vouches for this snapshot");
    }

    // Bug: snapshot from the wrong replica.
    [Test]
    public async Task A_donor_that_gives_another_state_than_it_vouches_for_is_followed_by_another()
    {
        _donors[0].Has(Right.Vouched, Other.Bytes);
        _donors[1].Has(Right.Vouched, Earlier.Bytes);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_log.Lines.Count(line => line.Contains("is rejected and set aside", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(_snapshots.List(), Is.EqualTo(new[] { JoinSeq }));
        Assert.That(Directory.GetFiles(_folder.File("snapshots")), Has.Length.EqualTo(2), "the right snapshot and the evidence");
    }

    // Bug: start from a snapshot that nobody vouched for.
    [Test]
    public async Task A_snapshot_that_differs_from_the_vouched_one_never_gets_a_name_to_start_from()
    {
        foreach (var donor in _donors)
            donor.Has(Right.Vouched, Other.Bytes);
        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(_snapshots.List(), Is.Empty);
    }

    [Test]
    public async Task Without_two_donors_that_vouch_the_joiner_asks_for_another_JOIN()
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
        _donors[0].Has(Right.Vouched, Right.Bytes[..^100], Right.Bytes.Length);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
    }

    [Test]
    public async Task A_donor_that_fails_in_an_unexpected_way_is_passed_over()
    {
        _donors[0].Fails = new NotSupportedException("on purpose");
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
    }

    // Bug: joiner that waits for a fetch that has ended.
    [Test]
    public async Task A_donor_that_gives_pieces_without_end_is_followed_by_another()
    {
        _donors[0].Has(Right.Vouched, Right.Bytes, new SnapshotExpectation { ClientSessionsMax = 1 }.BytesMax);
        _donors[0].IsEndless = true;
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(SnapshotFormat.EndSize - 1)]
    [TestCase((1L << 30) + 1)]
    [TestCase(long.MaxValue)]
    public async Task A_donor_that_claims_an_impossible_length_is_asked_for_one_piece_only(long total)
    {
        _donors[0].Has(Right.Vouched, Right.Bytes, total);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_donors[0].Asked, Is.EqualTo(1));
        Assert.That(_log.Lines, Has.Some.Contains($"is said to have {total} bytes"));
        Assert.That(Directory.GetFiles(_folder.File("snapshots")), Has.Length.EqualTo(1), "nothing of the rejected snapshot stays");
    }

    [Test]
    public async Task A_donor_that_gives_more_than_it_says_is_followed_by_another()
    {
        _donors[0].Has(Right.Vouched, Right.Bytes, Right.Bytes.Length - 1);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_log.Lines, Has.Some.Contains($"and it gives {Right.Bytes.Length}"));
    }

    // Bug: snapshot with a header that only its donor vouches for.
    /// <summary>The state is right and the file whole, but the header in front of the state is a lie.</summary>
    [TestCaseSource(nameof(LyingHeaders))]
    public async Task A_header_that_nobody_vouches_for_is_not_believed(byte[] lie)
    {
        Assert.That(
            SnapshotBytes.Read(lie, out _, SnapshotBytes.AnyState with { Seq = JoinSeq }), Is.Null, "nothing else is wrong with the file");
        _donors[0].Has(Right.Vouched, lie);
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_log.Lines, Has.One.Contains("is rejected and set aside"));
        Assert.That(File.ReadAllBytes(_folder.File("snapshots", $"snapshot-{Join}.dams")), Is.EqualTo(Right.Bytes));
        var position = await _driver.InvokeAsync(_ => (
            _node.Core.ExecutedChain, _node.Core.ExecutedEpoch, _node.Core.ExecutedTime, _node.Member.State == MemberState.Halted));
        Assert.That(position, Is.EqualTo((Right.Header.Chain, Right.Header.Position.Epoch, Right.Header.Time, false)));
    }

    [Test]
    public async Task A_silent_donor_does_not_prolong_the_wait_for_the_others()
    {
        _donors[0].IsSilent = true;
        _donors[1].Has(Right);
        _donors[2].Has(Other);
        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(_donors[1].Vouched, Is.EqualTo(1), "one round with a silent donor takes longer than the time limit for all rounds");
    }

    [Test]
    public async Task A_digest_of_the_state_alone_vouches_for_nothing()
    {
        foreach (var donor in _donors)
        {
            donor.Has(Right);
            donor.VouchesForStateOnly = true;
        }

        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(_donors.Sum(donor => donor.Asked), Is.Zero);
    }

    [Test]
    public async Task Only_the_newest_evidence_is_kept()
    {
        foreach (var seq in new[] { 7, 30, 100 })
        {
            using var file = _snapshots.Create(new SequenceNumber(seq));
            file.Write([1]);
            file.SetAside();
        }

        foreach (var donor in _donors)
            donor.Has(Right.Vouched, Other.Bytes);
        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(
            Directory.GetFiles(_folder.File("snapshots")).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "snapshot-100.dams.refused", $"snapshot-{Join}.dams.refused" }));
    }

    [Test]
    public async Task A_donor_whose_snapshot_grows_while_it_is_given_is_followed_by_another()
    {
        _donors[0].Has(Right.Vouched, Right.Bytes, Right.Bytes.Length + 1);
        _donors[0].Grows = true;
        _donors[1].Has(Right);
        _donors[2].Has(Right);
        await JoinAsync();
        await IsRestoredAsync();
        Assert.That(_log.Lines, Has.Some.Contains("has become one of"));
    }

    // The pauses grow because all the others write a snapshot for each JOIN.
    [Test]
    public async Task A_joiner_whose_disk_fails_logs_it_and_asks_for_JOINs_ever_less_often()
    {
        foreach (var donor in _donors)
            donor.Has(Right);
        Directory.Delete(_folder.File("snapshots"), recursive: true);
        await JoinAsync();
        await IsGivenUpAsync();
        Assert.That(
            _log.Lines.Count(line => line.Contains("can't be written to this replica's folder", StringComparison.Ordinal)), Is.EqualTo(3));
        await JoinAsync(Join + 1);
        await Eventually.IsTrueAsync(
            () => _log.Lines.Count(line => line.Contains("this replica asks for another JOIN", StringComparison.Ordinal)) == 2);
        Assert.That(await _driver.InvokeAsync(_ => _node.Member.SnapshotWanted), Is.EqualTo(new SequenceNumber(Join + 1)));
    }

    [Test]
    public async Task A_stop_during_a_fetch_is_no_failure()
    {
        _donors[0].Fails = new TimeoutException("on purpose");
        await JoinAsync();
        await _stopping.CancelAsync();
        await _driver.StopAsync();
    }

    private Task<bool> JoinAsync(long at = Join) => _driver.InvokeAsync(now =>
    {
        var seq = new SequenceNumber(at);
        var voters = new byte[] { 2, 3, 4 }.Select(id => new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero));
        var view = new View(seq, voters.Append(new ViewMember(1, LogFolder.Incarnation, null, seq)));
        var sync = new Sync(seq, seq, SequenceNumber.Zero, new SequenceNumber(1), false, view);
        _node.OnMessage(new Envelope(NodeId.Sequencer(1), new BootId(9), Epoch.Of(1, 1)), sync, now);
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
        Assert.That(_log.Lines, Has.Some.Contains("this replica asks for another JOIN"));
    }

    private static IEnumerable<TestCaseData> LyingHeaders()
    {
        yield return Lie("another chain", header => header with { Chain = new Chain(5) });
        yield return Lie("an epoch above all others", header => header with { View = SnapshotHeader.ViewOf(new Epoch(ulong.MaxValue)) });
        yield return Lie("no epoch", header => header with { View = ReadOnlyMemory<byte>.Empty });
        yield return Lie("another time", header => header with { Time = header.Time + 1 });
        yield return Lie("an earlier checkpoint time", header => header with { CheckpointTime = header.CheckpointTime - 1 });
        yield return Lie("a checkpoint time in the future", header => header with { CheckpointTime = long.MaxValue });

        static TestCaseData Lie(string name, Func<SnapshotHeader, SnapshotHeader> change) =>
            new TestCaseData(Right.With(change(Right.Header))).SetArgDisplayNames(name);
    }

    private static GivenSnapshot StateOf(ulong seed, int entries)
    {
        var core = new ReplicaCore(EngineVersions.Create("Ledger"), new ReplicaCoreOptions(), new Replies());
        var source = new EntrySource(seed);
        foreach (var command in RandomSequence.OfSeed((int)seed).Take(entries))
            core.OnDelivered(source.Next(command), default);
        return new GivenSnapshot(SnapshotBytes.Of(core), Convert.ToHexStringLower(core.Digest()));
    }
}
