using Dams.Ordering;
using Dams.Replica.State.Snapshots;

namespace Dams.Tests.Replica.Snapshots;

public sealed class SnapshotScheduleTests
{
    private static readonly SnapshotScheduleOptions Options =
        new() { EntriesMax = 100, LogBytesMax = 10_000, EntryBytes = 50, LogEntriesKept = 1_000, TrimEntriesMin = 500 };

    [Test]
    public void A_snapshot_is_due_after_every_100_entries()
    {
        var schedule = new SnapshotSchedule(Options);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 99; i++)
                schedule.OnExecuted(EntryOf(payload: 1));
            Assert.That(schedule.IsDue, Is.False);
            schedule.OnExecuted(EntryOf(payload: 1));
            Assert.That(schedule.IsDue);
            schedule.OnKept();
            Assert.That(schedule.IsDue, Is.False);
        }
    }

    [Test]
    public void A_snapshot_is_due_after_enough_bytes_of_log()
    {
        var schedule = new SnapshotSchedule(Options);
        for (var i = 0; i < 11; i++)
            schedule.OnExecuted(EntryOf(payload: 800));
        Assert.That(schedule.IsDue, Is.False);
        schedule.OnExecuted(EntryOf(payload: 800));
        Assert.That(schedule.IsDue);
    }

    [TestCase(0, 9_000, 7_000, 6_000, 6_000, TestName = "The log is trimmed no further than the second newest snapshot")]
    [TestCase(0, 9_000, 5_000, 6_000, 5_000, TestName = "The log is trimmed no further than every member has it")]
    [TestCase(0, 6_500, 6_500, 6_000, 5_500, TestName = "The newest entries stay in the log")]
    [TestCase(5_600, 9_000, 7_000, 6_000, null, TestName = "The log is not trimmed for a few entries")]
    [TestCase(5_500, 9_000, 7_000, 6_000, 6_000, TestName = "The log is trimmed for enough entries")]
    [TestCase(0, 9_000, 7_000, 0, null, TestName = "The log is not trimmed before there are two snapshots")]
    [TestCase(0, 9_000, 0, 6_000, null, TestName = "The log is not trimmed in a new epoch before all members were heard")]
    [TestCase(8_000, 9_000, 7_000, 6_000, null, TestName = "The log is never trimmed backwards")]
    [TestCase(0, 700, 700, 700, null, TestName = "A short log is not trimmed")]
    public void The_log_is_trimmed(long @base, long last, long gc, long previous, int? expected)
    {
        var target = new SnapshotSchedule(Options).TrimTo(
            (new SequenceNumber(@base), new SequenceNumber(last)), new SequenceNumber(gc), new SequenceNumber(previous));
        Assert.That(target?.Value, Is.EqualTo(expected));
    }

    private static Entry EntryOf(int payload)
    {
        var bytes = new byte[payload];
        var request = new Request(default, 1, default, 0, 1, Request.DigestOf(1, bytes), bytes);
        return new Entry(new SequenceNumber(1), Epoch.None, 0, EntryKind.Operation, default, request);
    }
}
