using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Dams.Replica.Versions.Ledger;
using Dams.Tests.Mutation;
using Dams.Tests.Replica;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>Losses, repeats and bounds on the normal path.</summary>
[Category("Scenarios")]
internal sealed class RepairTests
{
    // Bug: duplicate swallowed, client waits for ever.
    [Test]
    [FailsWithout(nameof(OrderingMutants.DuplicateIsSwallowed))]
    public void A_repeat_after_lost_replies_makes_replicas_send_them_again()
    {
        var script = ProtocolScript.Started();
        script.Drop("r*", "fe1", "Reply", 4);
        script.Request(1);
        Assert.That(script.FrontEnd.Select(received => received.Message).OfType<ReplyMessage>(), Is.Empty);
        script.Request(1);
        Assert.That(script.FrontEnd.Select(received => received.Message).OfType<ReplyMessage>().Count(), Is.EqualTo(4));
        Assert.That(script.Order, Has.Count.EqualTo(1));
    }

    // Bug: finite dedupe window.
    [Test]
    public void A_repeat_that_the_history_has_forgotten_is_answered_from_the_session_table()
    {
        var script = ProtocolScript.Started(change: options => options with { HistoryEntriesMax = 4 });
        for (ulong i = 1; i <= 10; i++)
            script.Request(i);
        script.FrontEnd.Clear();
        script.Request(1);
        Assert.That(script.Order, Has.Count.EqualTo(11), "it is ordered again");
        Assert.That(
            script.FrontEnd.Select(received => received.Message).OfType<ReplyMessage>().Select(reply => reply.Seq.Value),
            Is.EqualTo(new[] { 1, 1, 1, 1 }));
        Assert.That(script.Core(2).Sessions.Rows, Is.EqualTo(10));
    }

    // Bug: lost last message.
    [Test]
    public void SYNC_reveals_the_loss_of_the_last_message()
    {
        var script = ProtocolScript.Started();
        script.Drop("seq1", "r3", "Order", 1);
        script.Drop("seq1", "r3", "Commit", 1);
        script.Request(1);
        Assert.That(script.Member(3).Contiguous, Is.EqualTo(SequenceNumber.Zero));
        script.Wait(80);
        Assert.That(script.Member(3).Executed.Value, Is.EqualTo(1));
    }

    // Bug: gap skipped (any larger number accepted).
    [Test]
    [FailsWithout(nameof(OrderingMutants.GapIsSkipped))]
    public void A_gap_is_not_skipped()
    {
        var script = ProtocolScript.Started();
        script.Drop("seq1", "r2", "Order#1");
        script.Hold("r2", "*", "Nak");
        script.Request(1);
        script.Request(2);
        Assert.That((script.Member(2).Contiguous, script.Member(2).Executed), Is.EqualTo((SequenceNumber.Zero, SequenceNumber.Zero)));
        script.Heal();
        script.Release();
        Assert.That(script.Member(2).Executed.Value, Is.EqualTo(2));
    }

    // Bug: hold-back releases the message just received instead of the next.
    [Test]
    public void Entries_that_arrive_in_reverse_are_executed_in_order()
    {
        var script = ProtocolScript.Started();
        script.Hold("seq1", "r2", "Order");
        script.Drop("r2", "*", "Nak");
        for (ulong i = 1; i <= 6; i++)
            script.Request(i);
        script.Trace.Take();
        script.Release(reversed: true);
        Assert.That(script.Member(2).Executed.Value, Is.EqualTo(6));
        Assert.That(
            script.Trace.Take()
                .Single(line => line.Contains("r2", StringComparison.Ordinal) && line.Contains("executes", StringComparison.Ordinal)),
            Does.EndWith("executes #1, executes #2, executes #3, executes #4, executes #5, executes #6"));
    }

    // Bug: non-cumulative ack taken as cumulative.
    [Test]
    public void Entries_held_beyond_a_gap_do_not_count_as_stored()
    {
        var script = ProtocolScript.Started();
        script.Drop("seq1", "r2|r3|r4", "Order#1");
        script.Drop("r*", "*", "Nak");
        for (ulong i = 1; i <= 3; i++)
            script.Request(i);
        Assert.That(script.Member(1).Durable.Value, Is.EqualTo(3));
        Assert.That(script.Sequencer(1).CommitSeq, Is.EqualTo(SequenceNumber.Zero));
    }

    // Bug: history full for ever.
    [Test]
    public void A_sequencer_with_a_full_history_is_busy_only_until_a_commit()
    {
        var script = ProtocolScript.Started(change: options => options with { HistoryEntriesMax = 4 });
        for (byte id = 1; id <= 4; id++)
            script.HoldFlushes(id);
        for (ulong i = 1; i <= 5; i++)
            script.Request(i);
        Assert.That(Acks(script).Last(), Is.EqualTo(ReqAckStatus.Busy));
        script.Flush(1);
        script.Flush(2);
        script.Request(5);
        Assert.That(Acks(script).Last(), Is.EqualTo(ReqAckStatus.Ordered));
        for (ulong i = 6; i <= 30; i++)
            script.Request(i);
        Assert.That(script.Order, Has.Count.EqualTo(30));
    }

    // Bug: fetch of trimmed entries gets no answer.
    [Test]
    public void A_fetch_of_trimmed_entries_is_answered_with_the_start_of_the_log()
    {
        var script = ProtocolScript.Started();
        for (ulong i = 1; i <= 5; i++)
            script.Request(i);
        script.Wait(200);
        script.TakeSnapshot(1);
        Assert.That(script.Log(1).Base.Value, Is.EqualTo(5));
        script.Request(6);
        script.Trace.Take();
        script.Inject(NodeId.Replica(2), NodeId.Replica(1), new Fetch(new SequenceNumber(1), new SequenceNumber(2)));
        Assert.That(script.Trace.Take(), Has.Some.Contains("r1 -> r2 Fetched #6"));
    }

    // Bug: uncommitted entries dropped from history.
    [Test]
    [FailsWithout(nameof(OrderingMutants.UncommittedEntriesAreDropped))]
    public void A_full_history_drops_no_uncommitted_entries()
    {
        var script = ProtocolScript.Started(change: options => options with { HistoryEntriesMax = 4 });
        script.Drop("seq1", "r*", "Order");
        for (ulong i = 1; i <= 6; i++)
            script.Request(i);
        script.Heal();
        script.Wait(1000);
        Assert.That(script.Options.Members.Select(id => script.Member(id).Executed.Value), Is.All.EqualTo(4));
    }

    // Bug: one slow member stops the group.
    [Test]
    public void A_slow_member_delays_nobody_and_catches_up_from_the_others_logs()
    {
        var script = ProtocolScript.Started(change: options => options with { HistoryEntriesMax = 4 });
        script.Cut("r3", "*");
        for (ulong i = 1; i <= 40; i++)
            script.Request(i);
        Assert.That(script.Order, Has.Count.EqualTo(40));
        script.Heal();
        script.Wait(2000);
        Assert.That(script.Member(3).Executed.Value, Is.EqualTo(40));
    }

    // Bug: laggard that nobody notices.
    [Test]
    public void Only_a_member_whose_disk_stands_still_is_reported()
    {
        var script = ProtocolScript.Started();
        script.HoldFlushes(3);
        script.Request(1);
        script.Wait(29_000);
        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.Empty);
        script.Wait(2_000);
        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.EqualTo(new byte[] { 3 }));
    }

    // Bug: logs grow for a slow member that still moves.
    [Test]
    public void A_moving_member_is_reported_if_it_is_further_behind_than_logs_are_kept()
    {
        var script = ProtocolScript.Started(change: options => options with { LagEntriesMax = 20 });
        script.HoldFlushes(3);
        for (ulong i = 1; i <= 20; i++)
            script.Request(i);
        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.Empty);
        script.Request(21);
        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.EqualTo(new byte[] { 3 }));
    }

    // Bug: wall clock in a replica.
    [Test]
    public void A_replicas_own_clock_does_not_affect_its_state()
    {
        var left = new ReplicaCore(new LedgerEngine(), new ReplicaCoreOptions(), new Replies());
        var right = new ReplicaCore(new LedgerEngine(), new ReplicaCoreOptions(), new Replies());
        var (source, chain) = (new SeededRandom(1), Chain.Genesis);
        for (var i = 1; i <= 50; i++)
        {
            var request = ProtocolScript.MakeRequest((ulong)source.Below(30));
            var entry = new Entry(new SequenceNumber(i), Epoch.Of(1, 1), 1_700_000_000_000 + i, EntryKind.Operation, chain, request);
            chain = entry.Chain;
            left.OnDelivered(entry, new Instant(i, 0));
            right.OnDelivered(entry, new Instant(1_000_000 * i, 4_000_000_000_000 - i));
        }

        Assert.That(left.Digest(), Is.EqualTo(right.Digest()));
    }

    // Bug: two entries for one number are repaired in place.
    [Test]
    public void A_member_halts_if_another_entry_arrives_under_a_stored_number()
    {
        var script = ProtocolScript.Started();
        script.IsChecked = false;
        script.Request(1);
        var other = new Entry(new SequenceNumber(1), Epoch.Of(1, 1), 1, EntryKind.Operation, Chain.Genesis, ProtocolScript.MakeRequest(9));
        script.Inject(NodeId.Sequencer(1), NodeId.Replica(1), new Order(other), Epoch.Of(1, 1), script.Sequencer(1).Boot);
        Assert.That(script.Member(1).State, Is.EqualTo(MemberState.Halted));
        script.Request(2);
        Assert.That(script.Member(1).Contiguous.Value, Is.EqualTo(1));
        script.Wait(1000);
        Assert.That(script.Member(1).NextDeadline, Is.EqualTo(Instant.Never));
    }

    // Bug: two callers with one request id.
    [Test]
    public void Two_callers_with_the_same_request_id_make_two_requests()
    {
        var (one, other) = (RequestKey.OfClient("MTLA1001\0booking"u8), RequestKey.OfClient("MTLP1001\0booking"u8));
        Assert.That(one, Is.Not.EqualTo(other));
        var script = ProtocolScript.Started();
        foreach (var (key, number) in new[] { (one, 1UL), (other, 2UL) })
            script.Inject(NodeId.FrontEnd(1), NodeId.Sequencer(1), new Req(ProtocolScript.MakeRequest(number) with { Key = key }));
        Assert.That(script.Core(1).Sessions.Rows, Is.EqualTo(2));
        Assert.That(
            script.FrontEnd.Select(received => received.Message).OfType<ReplyMessage>().Select(reply => reply.Seq.Value).Distinct(),
            Is.EqualTo(new[] { 1, 2 }));
    }

    private static IEnumerable<ReqAckStatus> Acks(ProtocolScript script) =>
        script.FrontEnd.Select(received => received.Message).OfType<ReqAck>().Select(ack => ack.Status);
}
