using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting;
using Dams.Replica.Hosting.Snapshots;
using Dams.Tests.Engines;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Storage;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Replica;

/// <summary>The transitions of its cores that a replica's process is told of.</summary>
internal sealed class ReplicaObserverTests
{
    // The replica was killed before it could mark that it had left. Its manager sees a process that answers, and waits for the mark.
    [Test]
    public void A_replica_whose_log_says_it_was_ordered_out_reports_that_once_at_start()
    {
        using var logFolder = new LogFolder();
        using var folder = new TestFolder();
        var logger = new FakeLogger();
        using var log = logFolder.Open();
        var claim = new Claim(Epoch.Of(1, 1), new BootId(9));
        var members = new byte[] { 1, 2, 3 }.Select(id =>
            new ViewMember(id, id == 1 ? LogFolder.Incarnation : new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero));
        var view = new View(SequenceNumber.Zero, members);
        var leave = new Entry(
            new SequenceNumber(1), claim.Epoch, 1_700_000_000_000, EntryKind.Leave, Chain.Genesis,
            new MembershipChange(1, LogFolder.Incarnation).ToRequest(EntryKind.Leave, 1));
        log.Write(new LogBatch(null, [leave], new MemberRecord(LogFolder.Incarnation, claim, claim, view.After(leave)), leave.Seq));
        var group = new GroupOptions
        {
            Group = GroupId.Replicas,
            Members = [1, 2, 3],
            Sequencers = [1],
            FrontEnds = [1],
            ConfirmationsNeeded = 0,
        };
        var node = new ReplicaProtocol(group, 1, log, new Outbox(), EngineVersions.Create("Ledger"), 0, new ReplicaCoreOptions(), 1);
        var now = new Instant(TimeSpan.TicksPerSecond, 1000);
        node.Start(now);
        Assert.That(node.Member.State, Is.EqualTo(MemberState.Left));
        var left = 0;
        var keeper = new SnapshotKeeper(node, log, new SnapshotFolder(folder.File("snapshots"), isDurable: false), logger);
        var observer = new ReplicaObserver(node, keeper, static () => { }, () => left++, logger);
        observer.OnBatchEnd(now);
        observer.OnBatchEnd(now);
        Assert.That(left, Is.EqualTo(1));
    }
}
