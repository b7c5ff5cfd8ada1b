using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Mutation;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>How members join and leave.</summary>
[Category("Scenarios")]
internal sealed class MembershipRuleTests
{
    // Bug: joiner that lost its JOIN.
    [Test]
    public void A_JOIN_lost_with_its_sequencer_is_requested_again()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Wipe(4);
        script.WantOut(4, 4);
        script.Drop("seq1", "r1|r2|r3", "Order#3");
        script.Start(NodeId.Replica(4));
        script.Wait(600);
        Assert.That(script.Sequencer(1).MaxSeq.Value, Is.EqualTo(3), "the JOIN is ordered, and no member has it");
        script.Crash(NodeId.Sequencer(1));
        script.Heal();
        script.Wait(3000);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
        Assert.That(script.Sequencer(2).View.TryGet(4, out var joiner) && joiner.Incarnation == script.Member(4).Incarnation, Is.True);
        Join(script, 4);
        Assert.That(script.Member(4).IsVoter, Is.True);
    }

    // Bug: joiner without donors waits for ever.
    [Test]
    public void A_JOIN_whose_snapshot_nobody_gives_is_ordered_again_with_a_new_number()
    {
        var script = Joining();
        var first = script.Member(4).SnapshotWanted!.Value;
        script.GiveUpSnapshot(4);
        script.Wait(1200);
        Assert.That(script.Member(4).SnapshotWanted, Is.GreaterThan(first));
        Join(script, 4);
        Assert.That(script.Member(4).IsVoter, Is.True);
    }

    // Bug: big snapshot is taken for a slow disk.
    [Test]
    public void A_joiner_is_a_laggard_only_after_its_snapshot_takes_too_long()
    {
        var script = Joining();
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Joining));
        script.Request(50);
        script.Wait(170_000);
        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.Empty);
        script.Wait(20_000);
        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.EqualTo(new byte[] { 4 }));
    }

    // Bug: repeated JOINs hide every laggard.
    [Test]
    public void A_joiner_that_repeats_its_JOIN_is_a_laggard_and_hides_no_other()
    {
        var script = Joining();
        script.HoldFlushes(3);
        script.Request(50);
        for (var i = 0; i < 32; i++)
        {
            script.GiveUpSnapshot(4);
            script.Wait(1000);
        }

        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.EqualTo(new byte[] { 3 }), "its disk stands still");
        for (var i = 0; i < 150; i++)
        {
            script.GiveUpSnapshot(4);
            script.Wait(1000);
        }

        Assert.That(script.Sequencer(1).LaggardsAt(script.Now), Is.EqualTo(new byte[] { 3, 4 }));
    }

    // Bug: activation changes who counts for older entries.
    [Test]
    [FailsWithout(nameof(OrderingMutants.ActivationCountsForOlderEntries))]
    public void A_joiner_does_not_count_for_entries_before_ACTIVATE()
    {
        var script = Joining();
        script.Hold("r4", "seq1", "CaughtUp");
        Join(script, 4);
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Following));
        script.HoldFlushes(2);
        script.HoldFlushes(3);
        script.Request(50);
        var entry = script.Sequencer(1).MaxSeq;
        Assert.That(script.Sequencer(1).CommitSeq, Is.LessThan(entry));
        script.Heal();
        script.Release();
        script.Wait(200);
        Assert.That(script.Sequencer(1).View.Voters, Is.EqualTo(4), "the ACTIVATE is appended");
        Assert.That(script.Sequencer(1).CommitSeq, Is.LessThan(entry));
        script.Flush(2);
        Assert.That(script.Sequencer(1).CommitSeq, Is.EqualTo(script.Sequencer(1).MaxSeq));
    }

    // Bug: joiner above the new tail.
    [Test]
    [FailsWithout(nameof(OrderingMutants.JoinerAboveTailHalts))]
    public void A_joiner_above_the_tail_of_its_epoch_follows_without_cutting()
    {
        var script = Joining();
        Join(script, 4);
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Following));
        Assert.That(script.Member(4).Executed, Is.EqualTo(script.Member(1).Executed));
    }

    // Bug: leaver takes the log with it.
    [Test]
    public void A_joiner_copies_the_old_entries_that_others_still_need()
    {
        var script = ProtocolScript.Started();
        script.Cut("r3", "*");
        for (ulong i = 1; i <= 5; i++)
            script.Request(i);
        script.Wipe(4);
        script.WantOut(4, 4);
        script.Start(NodeId.Replica(4));
        script.Wait(1200);
        Join(script, 4);
        Assert.That(script.Log(4).Base, Is.EqualTo(SequenceNumber.Zero));
        // The members that had the entries are gone. The joiner gives them to the member that was away.
        script.Crash(NodeId.Replica(1));
        script.Crash(NodeId.Replica(2));
        script.Heal();
        script.Drop("seq1", "r3", "Retrans");
        script.Wait(2000);
        Assert.That(script.Member(3).Contiguous.Value, Is.GreaterThanOrEqualTo(5));
    }

    // Bug: big snapshot never joins because the log moves on.
    [Test]
    public void A_joiner_with_a_slow_snapshot_catches_up_from_the_others_logs()
    {
        var script = Joining(options => options with { HistoryEntriesMax = 64, WindowEntriesMax = 32 });
        var join = script.Member(4).SnapshotWanted!.Value;
        for (ulong i = 10; i < 510; i++)
        {
            script.Request(i);
            if (i % 50 != 0)
                continue;
            script.Wait(200);
            for (byte id = 1; id <= 3; id++)
                script.TakeSnapshot(id);
        }

        Assert.That(script.Member(4).SnapshotWanted, Is.EqualTo(join), "it is still the same JOIN");
        Assert.That(script.Sequencer(1).MaxSeq - join, Is.GreaterThan(400), "more than the history has");
        for (byte id = 1; id <= 3; id++)
            Assert.That(script.Log(id).Base, Is.EqualTo(join + -1), "the log is trimmed up to the entry before the JOIN, and no further");
        Join(script, 4);
        Assert.That(script.Member(4).IsVoter, Is.True);
        Assert.That(script.Member(4).Executed, Is.EqualTo(script.Member(1).Executed));
    }

    // Bug: replaced before it left, then no quorum.
    [Test]
    public void A_new_incarnation_does_not_join_before_the_old_one_has_left()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Wipe(4);
        script.Start(NodeId.Replica(4));
        script.Wait(5000);
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Outside));
        Assert.That(script.Sequencer(1).View.Number, Is.EqualTo(SequenceNumber.Zero));
        Assert.That(script.Member(4).BlockedBy, Is.Not.Null);
    }

    // Bug: nobody is left to decide.
    [Test]
    public void Nobody_is_ordered_out_when_the_rest_has_no_quorum_of_live_members()
    {
        var script = ProtocolScript.Started();
        for (byte id = 2; id <= 4; id++)
            script.Crash(NodeId.Replica(id));
        script.Wait(600);
        script.WantOut(1, 4);
        script.Wait(1000);
        Assert.That(script.Sequencer(1).View.Number, Is.EqualTo(SequenceNumber.Zero));
    }

    // Bug: a paused replica comes back after it was replaced.
    [Test]
    public void A_paused_member_that_was_ordered_out_leaves_when_it_resumes()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Pause(NodeId.Replica(3));
        script.Wait(200);
        script.WantOut(3, 3);
        script.Request(2);
        script.Wait(200);
        script.FrontEnd.Clear();
        script.Resume(NodeId.Replica(3));
        script.Wait(200);
        Assert.That(script.Member(3).State, Is.EqualTo(MemberState.Left));
        Assert.That(script.Member(3).NextDeadline, Is.EqualTo(Instant.Never), "it has nothing left to do");
        script.FrontEnd.Clear();
        script.Request(3);
        Assert.That(
            script.FrontEnd.Where(received => received.Message is ReplyMessage).Select(received => received.From.Number),
            Is.EqualTo(new byte[] { 1, 2, 4 }));
    }

    // Bug: log deleted before LEAVE.
    [Test]
    [FailsWithout(nameof(OrderingMutants.LogDeletedBeforeLeave))]
    public void A_leaving_member_stays_with_its_log_until_LEAVE_is_committed()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.HoldFlushes(1);
        script.HoldFlushes(2);
        script.WantOut(3, 3);
        Assert.That(script.Sequencer(1).View.TryGet(3, out _), Is.False, "the LEAVE is ordered");
        Assert.That(
            script.Sequencer(1).CommitSeq,
            Is.LessThan(script.Sequencer(1).MaxSeq),
            "only one of the remaining members has it on disk");
        Assert.That(script.Member(3).State, Is.EqualTo(MemberState.Following));
        script.Flush(1);
        script.Wait(60);
        Assert.That(script.Member(3).State, Is.EqualTo(MemberState.Left), "it learns from SYNC that the LEAVE is committed");
    }

    /// <summary>The fourth member's folder is lost. The lost incarnation is ordered out, and the new one's JOIN is ordered.</summary>
    private static ProtocolScript Joining(Func<GroupOptions, GroupOptions>? change = null)
    {
        var script = ProtocolScript.Started(change: change);
        script.Request(1);
        script.Request(2);
        script.Wipe(4);
        script.WantOut(4, 4);
        script.Start(NodeId.Replica(4));
        script.Wait(1200);
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Joining));
        return script;
    }

    private static void Join(ProtocolScript script, byte id)
    {
        script.Restore(id);
        script.Wait(1500);
    }
}
