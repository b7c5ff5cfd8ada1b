using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>The entries that a member holds back, and the history that a sequencer keeps.</summary>
internal sealed class BufferTests
{
    [Test]
    public void The_hold_back_buffer_gives_exactly_the_requested_entry_and_only_once()
    {
        var held = new HoldBackBuffer(10);
        Assert.That(held.TryHold(EntryOf(3), new SequenceNumber(0)) && held.TryHold(EntryOf(5), new SequenceNumber(0)), Is.True);
        Assert.That(held.TryTake(new SequenceNumber(2), out _) || held.TryTake(new SequenceNumber(4), out _), Is.False);
        Assert.That((held.Count, held.Highest.Value, held.Holds(new SequenceNumber(3))), Is.EqualTo((2, 5L, true)));
        Assert.That(held.TryTake(new SequenceNumber(3), out var entry) && entry.Seq.Value == 3, Is.True);
        Assert.That(held.TryTake(new SequenceNumber(3), out _), Is.False, "each entry comes out once");
        held.TryTake(new SequenceNumber(5), out _);
        Assert.That((held.Count, held.Highest), Is.EqualTo((0, SequenceNumber.Zero)));
    }

    [Test]
    public void Nothing_is_held_beyond_the_window()
    {
        var held = new HoldBackBuffer(10);
        Assert.That(held.TryHold(EntryOf(17), new SequenceNumber(7)), Is.True);
        Assert.That(held.TryHold(EntryOf(18), new SequenceNumber(7)), Is.False);
        Assert.That(held.Highest.Value, Is.EqualTo(17));
    }

    [Test]
    public void The_first_copy_of_an_entry_is_kept()
    {
        var held = new HoldBackBuffer(10);
        var first = EntryOf(3);
        held.TryHold(first, SequenceNumber.Zero);
        Assert.That(held.TryHold(EntryOf(3), SequenceNumber.Zero), Is.True);
        held.TryTake(new SequenceNumber(3), out var taken);
        Assert.That(taken, Is.SameAs(first));
    }

    [Test]
    public void The_history_drops_only_committed_entries()
    {
        var history = new HistoryBuffer(entriesMax: 3, bytesMax: 1000);
        for (var i = 1; i <= 6; i++)
            history.Append(EntryOf(i));
        history.Trim(SequenceNumber.Zero);
        Assert.That((history.Count, history.From.Value), Is.EqualTo((6, 1L)));
        history.Trim(new SequenceNumber(2));
        Assert.That((history.Count, history.From.Value), Is.EqualTo((4, 3L)));
        history.Trim(new SequenceNumber(6));
        Assert.That((history.Count, history.From.Value), Is.EqualTo((3, 4L)), "it drops no more than it must");
        Assert.That((history.Find(new SequenceNumber(3)), history.Find(new SequenceNumber(4))?.Seq.Value), Is.EqualTo(((Entry?)null, 4L)));
        Assert.That(history.Find(KeyOf(3)), Is.Null);
    }

    [Test]
    public void The_history_is_full_only_while_nothing_can_be_dropped()
    {
        var history = new HistoryBuffer(entriesMax: 2, bytesMax: 1000);
        history.Append(EntryOf(1));
        Assert.That(history.IsFull(SequenceNumber.Zero), Is.False);
        history.Append(EntryOf(2));
        Assert.That(history.IsFull(SequenceNumber.Zero), Is.True);
        Assert.That(history.IsFull(new SequenceNumber(1)), Is.False);
    }

    [Test]
    public void The_history_is_bounded_by_bytes_too()
    {
        var history = new HistoryBuffer(entriesMax: 100, bytesMax: 30);
        for (var i = 1; i <= 5; i++)
            history.Append(EntryOf(i, payloadBytes: 10));
        Assert.That(history.IsFull(SequenceNumber.Zero), Is.True);
        history.Trim(new SequenceNumber(5));
        Assert.That(history.Count, Is.EqualTo(3));
    }

    [Test]
    public void A_key_finds_its_newest_entry_until_it_is_forgotten()
    {
        var history = new HistoryBuffer(entriesMax: 2, bytesMax: 1000);
        history.Append(EntryOf(1, key: 9));
        history.Append(EntryOf(2, key: 9));
        history.Append(EntryOf(3, key: 8));
        history.Trim(new SequenceNumber(3));
        Assert.That(history.Find(KeyOf(9))?.Seq.Value, Is.EqualTo(2), "dropping the older entry does not forget the newer one");
        history.Forget(KeyOf(9));
        Assert.That(history.Find(KeyOf(9)), Is.Null);
        Assert.That(history.Find(new SequenceNumber(2)), Is.Not.Null);
        history.Reset(new SequenceNumber(7));
        Assert.That((history.Count, history.From.Value, history.Find(KeyOf(8))), Is.EqualTo((0, 8L, (Entry?)null)));
    }

    [Test]
    public void The_history_has_no_gaps()
    {
        var history = new HistoryBuffer(10, 1000);
        history.Append(EntryOf(1));
        Assert.That(() => history.Append(EntryOf(3)), Throws.InstanceOf<InvariantBrokenException>());
    }

    private static RequestKey KeyOf(long key) => new(1, 1, (ulong)key);

    private static Entry EntryOf(long seq, int payloadBytes = 0, long? key = null) => new(
        new SequenceNumber(seq), Epoch.Of(1, 1), 0, EntryKind.Operation, Chain.Genesis,
        new Request(KeyOf(key ?? seq), 1, new BootId(1), 1, 1, default, new byte[payloadBytes]));
}
