using System.Security.Cryptography;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting;
using Dams.Replica.Hosting.Snapshots;
using Dams.Replica.Service;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Ordering.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>A replica's snapshots on disk, in the loop of its process, and the starts from them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SnapshotKeeperTests : IDisposable
{
    private const int Entries = 1_000;
    private static readonly NodeId Self = NodeId.Replica(1);
    private static readonly Claim Claim = new(Epoch.Of(1, 1), new BootId(9));
    private static readonly ReplicaCoreOptions Options = new()
    {
        CheckpointEntries = 100,
        Snapshots = new SnapshotScheduleOptions { EntriesMax = 200, LogEntriesKept = 50, TrimEntriesMin = 50 },
    };

    private static readonly GroupOptions Group = new() { Group = GroupId.Replicas, Members = [1], Sequencers = [1], FrontEnds = [1, 2, 3] };

    private readonly LogFolder _logFolder = new();
    private readonly TestFolder _folder = new();
    private readonly Entry[] _entries;
    private string _version = "Ledger";

    public SnapshotKeeperTests()
    {
        var source = new EntrySource(11);
        _entries = [.. Enumerable.Range(1, Entries / 200).SelectMany(RandomSequence.OfSeed).Select(source.Next)];
        using var log = _logFolder.Open(4 * 1024);
        var view = new View(SequenceNumber.Zero, [new ViewMember(1, LogFolder.Incarnation, SequenceNumber.Zero, SequenceNumber.Zero)]);
        log.Write(new LogBatch(null, [], new MemberRecord(LogFolder.Incarnation, Claim, Claim, view), SequenceNumber.Zero));
        foreach (var batch in _entries.Chunk(20))
            log.Write(new LogBatch(null, batch, null, SequenceNumber.Zero));
    }

    public void Dispose()
    {
        _logFolder.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Snapshots_are_taken_when_due_and_the_log_is_trimmed_behind_the_second_newest()
    {
        await using var replica = Start()!;
        Assert.That(replica.Node.Core.Executed, Is.EqualTo(SequenceNumber.Zero));
        foreach (var upTo in new[] { 250, 500, 750 })
            await replica.ExecuteAsync(upTo, snapshotAt: upTo);
        await replica.ListsAsync(750, 500);
        await replica.ExecuteAsync(751, snapshotAt: null);
        Assert.That(await replica.Driver.InvokeAsync(_ => replica.Log.Base.Value), Is.EqualTo(500));
        Assert.That(replica.Node.Core.Snapshots, Is.Empty, "the core drops its own snapshot once it is on disk");
    }

    [Test]
    public async Task Any_version_can_start_from_the_newest_snapshot()
    {
        await RunAsync(250, 500, 750);
        foreach (var version in EngineVersions.All)
        {
            _version = version;
            await using var replica = Start()!;
            Assert.That(replica.Node.Core.Executed, Is.EqualTo(new SequenceNumber(750)));
            Assert.That(replica.Node.Member.Executed, Is.EqualTo(new SequenceNumber(750)));
            await replica.ExecuteAsync(800, snapshotAt: null);
            Assert.That(await replica.DigestAsync(), Is.EqualTo(DigestAt(800)), version);
        }
    }

    [Test]
    public async Task A_damaged_snapshot_is_set_aside_and_the_one_before_it_is_used()
    {
        await RunAsync(250, 500, 750);
        LogFolder.FlipBit(_folder.File("snapshots", "snapshot-750.dams"), 100);
        await using var replica = Start()!;
        Assert.That(replica.Node.Core.Executed.Value, Is.GreaterThanOrEqualTo(500));
        await replica.ListsAsync(500);
        await replica.ExecuteAsync(760, snapshotAt: 760);
        Assert.That(await replica.DigestAsync(), Is.EqualTo(DigestAt(760)));
    }

    [Test]
    public async Task Without_a_snapshot_a_whole_log_is_replayed_and_a_trimmed_log_is_rejected()
    {
        await RunAsync(250);
        Directory.Delete(_folder.File("snapshots"), recursive: true);
        await using (var replica = Start()!)
        {
            await replica.ExecuteAsync(300, snapshotAt: 300);
            Assert.That(await replica.DigestAsync(), Is.EqualTo(DigestAt(300)));
        }

        await RunAsync(510, 720);
        Directory.Delete(_folder.File("snapshots"), recursive: true);
        Assert.That(Start(), Is.Null);
    }

    // A joiner that started from the copied log alone would not count as a newcomer. It would neither ask for the snapshot again nor
    // join.
    [Test]
    public async Task A_joiner_cannot_start_from_its_copied_log_without_its_snapshot()
    {
        await RunAsync(250);
        using (var log = _logFolder.Open(4 * 1024))
            log.Write(new LogBatch(null, [], new MemberRecord(LogFolder.Incarnation, default, default, View.None), SequenceNumber.Zero));
        await using (var joiner = Start()!)
            Assert.That(joiner.Node.Core.Executed.Value, Is.EqualTo(250));
        LogFolder.FlipBit(_folder.File("snapshots", "snapshot-250.dams"), 100);
        for (var i = 0; i < 2; i++)
            Assert.That(Start(), Is.Null, "nor at the next start, after the snapshot was set aside");
    }

    [Test]
    public async Task A_snapshot_of_another_log_is_refused()
    {
        await RunAsync(250);
        var header = new SnapshotHeader(new SequenceNumber(600), 1, new Chain(5), 1, ReadOnlyMemory<byte>.Empty);
        var other = SnapshotBytes.Forge(forger => forger.FrontEnds(), header);
        File.WriteAllBytes(_folder.File("snapshots", "snapshot-600.dams"), other);
        File.WriteAllBytes(_folder.File("snapshots", "snapshot-5000.dams"), other);
        await using var replica = Start()!;
        await replica.ListsAsync(250);
    }

    [Test]
    public async Task A_snapshot_that_a_joiner_needs_is_written_and_served_until_it_is_dropped()
    {
        await using var replica = Start()!;
        await replica.ExecuteAsync(120, snapshotAt: null);
        var export = await replica.Driver.InvokeAsync(_ => replica.Node.Core.KeepSnapshot());
        replica.Held = 1;
        foreach (var upTo in new[] { 350, 600, 850 })
            await replica.ExecuteAsync(upTo, snapshotAt: upTo);
        await replica.ListsAsync(850, 600, 120);

        var endpoint = new ReplicaEndpoint(replica.Node, replica.Log, replica.Folder, replica.Driver, new BootId(1));
        var digests = await endpoint.GetStateDigestAsync(120);
        Assert.That(digests.Digest, Is.EqualTo(Convert.ToHexStringLower(DigestAt(120))));
        List<byte> bytes = [];
        for (var piece = await endpoint.GetSnapshotAsync(120, 0);
            bytes.Count < piece.TotalBytes;
            piece = await endpoint.GetSnapshotAsync(120, bytes.Count))
        {
            Assert.That(piece.Found);
            bytes.AddRange(piece.Chunk!);
        }

        var fileDigest = SHA256.HashData(bytes.ToArray().AsSpan(..^SnapshotFormat.FileDigestSize));
        Assert.That(digests.SnapshotDigest, Is.EqualTo(Convert.ToHexStringLower(fileDigest)));
        var refused = SnapshotBytes.Read([.. bytes], out var content, SnapshotBytes.AnyState with { Seq = new SequenceNumber(120) });
        Assert.That(refused, Is.Null);
        Assert.That(content!.Header.Position, Is.EqualTo(SnapshotPosition.After(_entries[119])));

        await replica.Driver.InvokeAsync(_ =>
        {
            replica.Node.Core.DropSnapshot(export.Seq);
            return true;
        });
        replica.Held = 0;
        await replica.ExecuteAsync(870, snapshotAt: null);
        await replica.Driver.InvokeAsync(_ => replica.Node.Core.KeepSnapshot());
        await replica.ListsAsync(870, 850);
        Assert.That((await endpoint.GetSnapshotAsync(120, 0)).Found, Is.False);
    }

    // Bug: donor that forgets its joiner when it restarts.
    [Test]
    public async Task A_snapshot_that_a_joiner_needs_is_still_served_after_a_restart()
    {
        await using (var donor = Start()!)
        {
            await donor.ExecuteAsync(120, snapshotAt: null);
            await donor.Driver.InvokeAsync(_ => donor.Node.Core.KeepSnapshot());
            donor.Held = 1;
            foreach (var upTo in new[] { 350, 600 })
                await donor.ExecuteAsync(upTo, snapshotAt: upTo);
            await donor.ListsAsync(600, 350, 120);
        }

        using (var log = _logFolder.Open(4 * 1024))
        {
            var view = new View(new SequenceNumber(120),
            [
                new ViewMember(1, LogFolder.Incarnation, SequenceNumber.Zero, SequenceNumber.Zero),
                new ViewMember(2, new Incarnation(7), null, new SequenceNumber(120)),
            ]);
            log.Write(new LogBatch(null, [], new MemberRecord(LogFolder.Incarnation, Claim, Claim, view), SequenceNumber.Zero));
        }

        await using var again = Start()!;
        await again.ExecuteAsync(850, snapshotAt: 850);
        await again.ListsAsync(850, 600, 120);
        var endpoint = new ReplicaEndpoint(again.Node, again.Log, again.Folder, again.Driver, new BootId(1));
        var digests = await endpoint.GetStateDigestAsync(120);
        Assert.That(digests.Digest, Is.EqualTo(Convert.ToHexStringLower(DigestAt(120))));
        var piece = await endpoint.GetSnapshotAsync(120, 0);
        Assert.That((piece.Found, piece.TotalBytes), Is.EqualTo((true, piece.Chunk!.Length)));
        Assert.That(digests.SnapshotDigest, Is.EqualTo(Convert.ToHexStringLower(piece.Chunk.AsSpan(^SnapshotFormat.FileDigestSize..))));
        Assert.That((await endpoint.GetStateDigestAsync(121)).Found, Is.False);
    }

    [TestCase((int)EntryKind.Activate, 7UL, false)]
    [TestCase((int)EntryKind.Leave, 7UL, false)]
    [TestCase((int)EntryKind.Leave, 8UL, true)]
    public void After_a_restart_a_joiners_snapshot_is_kept_until_the_joiner_votes_or_leaves(int kind, ulong incarnation, bool isWaitedFor)
    {
        var donor = new ReplicaCore(EngineVersions.Create("Ledger"), Options, new Replies());
        foreach (var entry in _entries.Take(130))
            donor.OnDelivered(entry, default);
        Assert.That(SnapshotBytes.Read(SnapshotBytes.Of(donor), out var content), Is.Null);

        var core = new ReplicaCore(EngineVersions.Create("Journal"), Options, new Replies());
        Assert.That(core.Restore(content!), Is.Null);
        core.ResumeJoins(new View(new SequenceNumber(140),
        [
            new ViewMember(1, new Incarnation(1), SequenceNumber.Zero, SequenceNumber.Zero),
            new ViewMember(2, new Incarnation(7), null, new SequenceNumber(120)),
            new ViewMember(3, new Incarnation(9), null, new SequenceNumber(140)),
        ]));
        Assert.That(core.SnapshotsWaitedFor.Select(seq => seq.Value), Is.EqualTo(new[] { 120 }), "the other JOIN is still to be executed");
        var change = new MembershipChange(2, new Incarnation(incarnation)).ToRequest((EntryKind)kind, 131);
        var changeEntry = new Entry(new SequenceNumber(131), Claim.Epoch, core.ExecutedTime, (EntryKind)kind, core.ExecutedChain, change);
        core.OnDelivered(changeEntry, default);
        Assert.That(core.SnapshotsWaitedFor.Any(), Is.EqualTo(isWaitedFor));
    }

    private byte[] DigestAt(int seq)
    {
        var core = new ReplicaCore(EngineVersions.Create("Ledger"), Options, new Replies());
        foreach (var entry in _entries.Take(seq))
            core.OnDelivered(entry, default);
        return core.Digest();
    }

    private async Task RunAsync(params int[] snapshots)
    {
        await using var replica = Start()!;
        foreach (var upTo in snapshots)
            await replica.ExecuteAsync(upTo, snapshotAt: upTo);
        await replica.ExecuteAsync(snapshots[^1] + 1, snapshotAt: null);
    }

    private RunningReplica? Start()
    {
        var log = _logFolder.Open(4 * 1024);
        var outbox = new Outbox();
        var folder = new SnapshotFolder(_folder.File("snapshots"), isDurable: true);
        var node = SnapshotStart.Find(folder, log, Options, snapshot => new ReplicaProtocol(
            Group, 1, log, outbox, EngineVersions.Create(_version), 0, Options, 1, snapshot: snapshot), NullLogger.Instance);
        if (node is not null)
            return new RunningReplica(node, outbox, log, folder);
        log.Dispose();
        return null;
    }

    /// <summary>A replica in the loop of a process. The test speaks for the sequencer.</summary>
    private sealed class RunningReplica : IAsyncDisposable
    {
        private readonly DriverCluster _cluster = new();
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _writing;

        public RunningReplica(ReplicaProtocol node, Outbox outbox, DurableLog log, SnapshotFolder folder)
        {
            (Node, Log, Folder) = (node, log, folder);
            var keeper = new SnapshotKeeper(node, log, folder, NullLogger.Instance);
            _cluster.Place(Self);
            foreach (var other in new[] { NodeId.Sequencer(1), NodeId.FrontEnd(1), NodeId.FrontEnd(2), NodeId.FrontEnd(3) })
                _cluster.Place(other);
            node.Start(ClockSource.System.Now);
            var observer = new ReplicaObserver(node, keeper, static () => { }, static () => { }, NullLogger.Instance);
            Driver = _cluster.Add(Self, new DrivenCore(GroupId.Replicas, node, outbox, log, observer));
            Driver.Start();
            _writing = keeper.RunAsync(Driver, _stopping.Token);
        }

        public ReplicaProtocol Node { get; }

        public DurableLog Log { get; }

        public SnapshotFolder Folder { get; }

        public ProtocolDriver Driver { get; }

        /// <summary>How many snapshots the test holds.</summary>
        public int Held { get; set; }

        public async Task ExecuteAsync(int upTo, int? snapshotAt)
        {
            var commit = new Commit(new SequenceNumber(Entries), new SequenceNumber(upTo), new SequenceNumber(Entries));
            await Driver.InvokeAsync(now =>
            {
                Node.OnMessage(new Envelope(NodeId.Sequencer(1), Claim.Boot, Claim.Epoch), commit, now);
                return true;
            });
            Assert.That(await Driver.InvokeAsync(_ => Node.Core.Executed.Value), Is.EqualTo(upTo));
            if (snapshotAt is { } seq)
                await Eventually.IsTrueAsync(() => Folder.List().Contains(new SequenceNumber(seq)));

            // The core drops its own snapshots once they are on disk and noted. The end of the next batch trims the log.
            await Eventually.IsTrueAsync(() => Driver.InvokeAsync(_ => Node.Core.Snapshots.Count() == Held).GetAwaiter().GetResult());
        }

        public Task ListsAsync(params int[] expected) =>
            Eventually.IsTrueAsync(
                () => Folder.List().Select(seq => (int)seq.Value).SequenceEqual(expected), $"lists {string.Join(", ", expected)}");

        public Task<byte[]> DigestAsync() => Driver.InvokeAsync(_ => Node.Core.Digest());

        public async ValueTask DisposeAsync()
        {
            await _cluster.DisposeAsync();
            await _stopping.CancelAsync();
            await _writing;
            _stopping.Dispose();
            Log.Dispose();
            (Node.Core.Engine as IDisposable)?.Dispose();
        }
    }
}
