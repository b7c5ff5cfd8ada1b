using System.Buffers;
using Dams.Contracts.Domain;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Dams.Replica.Versions.Ledger;
using Dams.Tests.Ordering.Storage;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>A kept snapshot may have several holders. It is freed when the last of them has dropped it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeptSnapshotsTests
{
    private readonly ReplicatedState _state = new(new LedgerEngine(), clientSessionsMax: 10);
    private readonly SnapshotSchedule _schedule = new(new SnapshotScheduleOptions());
    private readonly KeptSnapshots _snapshots;

    public KeptSnapshotsTests() => _snapshots = new KeptSnapshots(_state, _schedule);

    [Test]
    public void A_snapshot_that_was_kept_twice_is_there_until_it_was_dropped_twice()
    {
        var export = _snapshots.Keep(HeaderAt(7));
        Assert.That(_snapshots.Keep(HeaderAt(7)), Is.SameAs(export));
        _snapshots.Drop(export.Seq);
        Assert.That((_snapshots.Find(export.Seq), export.IsDropped), Is.EqualTo((export, false)));
        _snapshots.Drop(export.Seq);
        Assert.That((_snapshots.Find(export.Seq), export.IsDropped), Is.EqualTo(((SnapshotExport?)null, true)));
        Assert.That(() => _snapshots.Drop(export.Seq), Throws.Nothing);
    }

    [Test]
    public void Another_holder_does_not_put_off_the_next_snapshot_that_is_due()
    {
        _snapshots.Keep(HeaderAt(7));
        _schedule.OnExecuted(new Entry(new SequenceNumber(8), Epoch.Of(1, 1), 1, EntryKind.Noop, Chain.Genesis, SampleEntries.NoRequest));
        _snapshots.Keep(HeaderAt(7));
        Assert.That(_schedule.Entries, Is.EqualTo(1));
        _snapshots.Keep(HeaderAt(8));
        Assert.That(_schedule.Entries, Is.Zero);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Only_a_snapshot_that_is_neither_complete_nor_dropped_copies_what_changes(bool isComplete)
    {
        _state.Execute(AddOn(day: 1, TimeOfDay.Morning));
        var (over, open) = (_snapshots.Keep(HeaderAt(7)), _snapshots.Keep(HeaderAt(8)));
        if (isComplete)
            Assert.That(_snapshots.Step(over, int.MaxValue, new ArrayBufferWriter<byte>()), Is.True);
        else
            _snapshots.Drop(over.Seq);
        _state.Execute(AddOn(day: 1, TimeOfDay.Evening));
        Assert.That((over.CopiedBytes, open.CopiedBytes > 0), Is.EqualTo((0L, true)));
    }

    private static AddAppointment AddOn(int day, TimeOfDay time) => new(
        new CallerId(true, default, 1),
        new Slot(new AppointmentId(Hospital.MTL, new DateOnly(2025, 1, day), time), AppointmentType.Dental),
        1);

    private static SnapshotHeader HeaderAt(long seq) =>
        new(new SequenceNumber(seq), 1, Chain.Genesis, 1, SnapshotHeader.ViewOf(Epoch.Of(1, 1)));
}
