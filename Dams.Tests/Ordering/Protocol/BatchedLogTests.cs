using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>The batches that a member writes, and the meaning of a flush.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BatchedLogTests
{
    private static readonly Claim s_claim = new(MemberParts.Second, new BootId(7));

    private readonly MemberParts _parts = new();

    private BatchedLog Log => _parts.Log;

    [Test]
    public void Entries_and_record_are_one_batch_with_what_is_committed_of_the_log()
    {
        var entries = MemberParts.Entries(2, MemberParts.First);
        entries.ForEach(Log.Append);
        Log.Remember(Log.Record with { Promised = s_claim });
        Log.NoteCommitted(new SequenceNumber(5));
        Assert.That(
            (Log.EntryAt(new SequenceNumber(1)), Log.Chain, _parts.Disk.Last),
            Is.EqualTo((entries[0], entries[1].Chain, SequenceNumber.Zero)),
            "the log has the entries before they are written");
        Log.Write();
        Assert.That(
            (_parts.Disk.Last.Value, _parts.Disk.CommitHint.Value, _parts.Disk.Record.Promised, _parts.Outbox.FlushWanted),
            Is.EqualTo((2L, 2L, s_claim, 1L)));
        Log.Write();
        Assert.That(Log.PendingWrites, Is.EqualTo(1), "nothing is left to write");
    }

    [Test]
    public void A_flush_of_entries_that_were_cut_does_not_count_for_those_that_replace_them()
    {
        var old = MemberParts.Entries(3, MemberParts.First);
        _parts.Write(old);
        Log.ReplaceAbove(new SequenceNumber(1), old[0].Chain, MemberParts.Entries(3, MemberParts.Second, old[0]));
        Log.WriteAbove(new SequenceNumber(1));
        Assert.That((_parts.Disk.Last.Value, _parts.Disk.Read(new SequenceNumber(2))!.Epoch), Is.EqualTo((4L, MemberParts.Second)));
        Assert.That(Log.TryTakeFlushed(write: 1, out var first) && first.Last.Value == 1);
        Log.NoteDurable(first.Last);
        Assert.That((Log.Durable.Value, Log.TryTakeFlushed(write: 1, out _)), Is.EqualTo((1L, false)));
        Assert.That(Log.TryTakeFlushed(write: 2, out var second) && second.Last.Value == 4);
    }

    [Test]
    public void A_promise_is_owed_when_the_write_with_its_record_is_on_disk()
    {
        _parts.Write(MemberParts.Entries(1, MemberParts.First));
        Log.Remember(Log.Record with { Promised = s_claim });
        Log.OwePromise(NodeId.Sequencer(2));
        Assert.That(Log.IsRecordDurable, Is.False);
        Log.Write();
        Assert.That(Log.TryTakeFlushed(write: 2, out var entries) && entries.PromiseTo is null, "the first write has no promise");
        Assert.That(Log.IsRecordDurable, Is.False);
        Assert.That(Log.TryTakeFlushed(write: 2, out var promise));
        Assert.That((promise.PromiseTo, promise.Record?.Promised), Is.EqualTo((NodeId.Sequencer(2), s_claim)));
        Assert.That(Log.IsRecordDurable);
    }

    [Test]
    public void Only_the_next_entry_of_the_followed_order_changes_the_view()
    {
        var join = new MembershipChange(4, new Incarnation(0xB4)).ToRequest(EntryKind.Join, number: 1);
        var entry = new Entry(new SequenceNumber(1), MemberParts.First, 9, EntryKind.Join, Chain.Genesis, join);
        var copied = new MemberParts();
        copied.Write([entry]);
        Log.AppendNext(entry);
        Log.Write();
        Assert.That((Log.LastTime, _parts.Disk.Record.View.Number.Value), Is.EqualTo((9L, 1L)));
        Assert.That((copied.Log.LastTime, copied.Disk.Record.View), Is.EqualTo((0L, View.None)));
    }
}
