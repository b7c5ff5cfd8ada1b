using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Mutation;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>Entries that kill members that execute them, and what an operator can do about them.</summary>
[Category("Scenarios")]
internal sealed class PoisonRuleTests
{
    private static readonly SequenceNumber One = new(1);

    // Bug: poison entry kills each replacement.
    [Test]
    public void A_member_waits_before_an_entry_that_killed_it_twice_and_replacements_never_reach_it()
    {
        var script = AllWaiting();
        script.Request(2);
        Assert.That(script.Sequencer(1).CommitSeq.Value, Is.EqualTo(2), "waiting members store and acknowledge entries");
        Assert.That(script.Options.Members.Select(id => script.Member(id).WaitingBefore), Is.All.EqualTo(One));
        script.Wipe(4);
        script.WantOut(4, 4);
        script.Start(NodeId.Replica(4));
        script.Wait(5000);
        Assert.That(script.Options.Members.Select(id => script.IsUp(NodeId.Replica(id))), Is.All.True);
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Joining), "no member has a snapshot of its JOIN");
        script.AskForSkip(1);
        script.Wait(1000);
        script.Restore(4);
        script.Wait(1500);
        Assert.That(script.Options.Members.Select(id => script.Member(id).Executed), Is.All.EqualTo(script.Sequencer(1).MaxSeq));
        Assert.That(script.Options.Members.Select(id => Convert.ToHexString(script.Core(id).Digest())).Distinct().Count(), Is.EqualTo(1));
    }

    // Bug: killed once by chance.
    [Test]
    public void A_member_retries_after_one_death_and_survived_deaths_do_not_add_up()
    {
        var script = Poisoned(1);
        script.Poison(0);
        script.RestartUntilWaiting(1);
        Assert.That(script.Member(1).Executed, Is.EqualTo(One));
        script.Poison(1, 1);
        script.Restart(NodeId.Replica(1));
        script.Wait(60);
        Assert.That(script.IsUp(NodeId.Replica(1)), Is.False);
        script.Poison(0);
        script.Start(NodeId.Replica(1));
        script.Wait(60);
        Assert.That(script.Member(1).Executed, Is.EqualTo(One), "deaths add up only without an execution in between");
    }

    // Bug: skip of an entry that somebody executed.
    [Test]
    [FailsWithout(nameof(OrderingMutants.SkipSignedByTheLiving))]
    public void An_entry_that_two_dead_members_have_executed_is_not_skipped()
    {
        var script = Poisoned(1, 2);
        script.RestartUntilWaiting(1, 2);
        script.Crash(NodeId.Replica(3));
        script.Crash(NodeId.Replica(4));
        script.Wait(450);
        script.AskForSkip(1);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Collecting));
        Assert.That(script.SkipStatus.WaitedFor.Members.Select(member => member.Id), Is.EqualTo(new byte[] { 3, 4 }));
        Assert.That(script.Sequencer(1).MaxSeq, Is.EqualTo(One));
        script.Start(NodeId.Replica(3));
        script.Start(NodeId.Replica(4));
        script.Wait(200);
        script.AskForSkip(1);
        Assert.That(script.SkipStatus.Outcome, Is.EqualTo(SkipOutcome.Executed));
        Assert.That(script.Sequencer(1).MaxSeq, Is.EqualTo(One));
    }

    // Bug: skip of an entry before which nobody waits.
    [Test]
    public void A_skip_that_nobody_needs_binds_nobody()
    {
        var script = ProtocolScript.Started();
        script.Drop("seq1", "r*", "Commit|Sync");
        script.Request(1);
        script.AskForSkip(1);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Unneeded));
        script.AskForSkip(7);
        Assert.That(script.SkipStatus.Outcome, Is.EqualTo(SkipOutcome.NotCommitted));
        script.Heal();
        script.Wait(200);
        Assert.That(script.Options.Members.Select(id => script.Member(id).Executed), Is.All.EqualTo(One));
    }

    // Bug: promise not to execute is forgotten by a restart.
    [Test]
    [FailsWithout(nameof(OrderingMutants.SkipPromiseIsForgotten))]
    public void A_promise_not_to_execute_outlives_a_restart()
    {
        var script = ProtocolScript.Started();
        script.Poison(1, 1, 2);
        script.Drop("seq1", "r3", "Commit|Sync");
        script.Drop("seq1", "r3", "Order#2");
        script.Request(1);
        script.RestartUntilWaiting(1, 2);
        script.AskForSkip(1);
        Assert.That(script.Member(3).WaitingBefore, Is.EqualTo(One), "it could execute the entry, and has promised not to");
        script.Restart(NodeId.Replica(3));
        var claim = script.Member(3).Installed;
        script.Inject(NodeId.Sequencer(1), NodeId.Replica(3), new Commit(One, One, SequenceNumber.Zero), claim.Epoch, claim.Boot);
        Assert.That(script.Member(3).CommitSeq, Is.EqualTo(One));
        Assert.That(script.Member(3).Executed, Is.EqualTo(SequenceNumber.Zero));
        script.Heal();
        script.Wait(500);
        Assert.That(script.Member(3).Executed, Is.EqualTo(script.Sequencer(1).MaxSeq));
    }

    // Bug: skipped entry is executed in a replay.
    [Test]
    public void A_skipped_entry_is_skipped_again_after_a_restart_with_an_old_commit_hint()
    {
        var script = AllWaiting();
        script.AskForSkip(1);
        Assert.That(script.Member(1).Executed.Value, Is.EqualTo(2));
        script.Cut("r1", "*");
        script.Restart(NodeId.Replica(1));
        script.Wait(100);
        Assert.That(script.IsUp(NodeId.Replica(1)), Is.True);
        script.Heal();
        script.Wait(2000);
        Assert.That(script.Member(1).Executed, Is.EqualTo(script.Member(2).Executed));
        Assert.That(script.Core(1).Digest(), Is.EqualTo(script.Core(2).Digest()));
        script.TakeSnapshot(1);
        script.Restart(NodeId.Replica(1));
        script.Wait(200);
        Assert.That(script.Member(1).State, Is.EqualTo(MemberState.Following), "the snapshot does not have the entry's effect");
        Assert.That(
            script.FrontEnd.Select(received => received.Message).OfType<ReplyMessage>()
                .Where(reply => reply.Seq == One)
                .Select(reply => reply.Result.ToArray()),
            Is.Not.Empty.And.All.EqualTo(ReplyCodec.Encode(new RefusedReply(Refusal.InternalError))));
    }

    // Bug: one member alone keeps the effect of a skipped entry.
    [Test]
    public void A_member_that_alone_executed_a_skipped_entry_halts_at_the_SKIP()
    {
        var script = Poisoned(1, 2, 3);
        script.RestartUntilWaiting(1, 2, 3);
        script.AskForSkip(1);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Skipped));
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Halted));
        Assert.That(script.Member(4).OverruledAt, Is.EqualTo(One));
        script.Request(2);
        script.AskForSkip(1);
        Assert.That(script.SkipStatus.Outcome, Is.EqualTo(SkipOutcome.Skipped), "a second skip does nothing");
        Assert.That(script.Order.Count(entry => entry.Kind == EntryKind.Skip), Is.EqualTo(1));
        Assert.That(script.Member(1).Executed.Value, Is.EqualTo(3));
    }

    // Bug: skip lost with its sequencer.
    [Test]
    public void A_SKIP_lost_with_its_sequencer_is_requested_from_the_next_one()
    {
        var script = AllWaiting();
        script.Drop("seq1", "r*", "Order|Retrans");
        script.AskForSkip(1);
        Assert.That(script.Sequencer(1).MaxSeq.Value, Is.EqualTo(2), "the SKIP is ordered, and no member has it");
        script.Crash(NodeId.Sequencer(1));
        script.Heal();
        script.Wait(3000);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
        Assert.That(script.Member(1).WaitingBefore, Is.EqualTo(One));
        script.AskForSkip(1, 2);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Skipped));
        Assert.That(script.Options.Members.Select(id => script.Member(id).Executed.Value), Is.All.EqualTo(2));
    }

    // Bug: joiner executes what the others skip.
    [Test]
    public void A_joiner_that_replays_the_entry_must_promise_as_the_voters_do()
    {
        var script = ProtocolScript.Started();
        script.Wipe(4);
        script.WantOut(4, 4);
        script.Start(NodeId.Replica(4));
        script.Wait(1200);
        script.Hold("r4", "seq1", "CaughtUp|SkipVote");
        script.Restore(4);
        script.Wait(200);
        var poison = script.Sequencer(1).MaxSeq.Next;
        script.Poison(poison.Value, 1, 2, 3);
        script.Drop("seq1", "r4", "Commit|Sync");
        script.Request(1);
        script.Crash(NodeId.Replica(3));
        script.RestartUntilWaiting(1, 2);
        script.AskForSkip(poison.Value);
        Assert.That(
            script.SkipStatus!.Outcome,
            Is.EqualTo(SkipOutcome.Collecting),
            "two of three voters have promised, but only two of the four members that could execute it");
        Assert.That(script.SkipStatus.WaitedFor.Members.Select(member => member.Id), Is.EqualTo(new byte[] { 3, 4 }));
        Assert.That(script.Member(4).WaitingBefore, Is.EqualTo(poison));
        script.Heal();
        script.Release();
        script.Wait(100);
        Assert.That(script.Member(4).Executed, Is.EqualTo(script.Member(1).Executed).And.GreaterThan(poison));
    }

    // Bug: member that a skip waits for is ordered out.
    [Test]
    public void Nobody_leaves_voluntarily_while_promises_are_collected()
    {
        var script = Poisoned(1, 2);
        script.RestartUntilWaiting(1, 2);
        script.Crash(NodeId.Replica(3));
        script.AskForSkip(1);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Collecting));
        script.WantOut(3, 3);
        Assert.That(script.Sequencer(1).View.Number, Is.EqualTo(SequenceNumber.Zero));
        script.Wait(3000);
        Assert.That(script.Sequencer(1).View.TryGet(3, out _), Is.False, "the operator has given up, so the member leaves");
    }

    // Bug: mistyped old number in a skip stops everyone.
    [Test]
    public void An_unneeded_skip_of_an_old_entry_makes_nobody_read_its_log()
    {
        var script = ProtocolScript.Started();
        RequestMany(script);
        LookAtReads(script);
        script.AskForSkip(1);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Executed));
        Assert.That(script.Options.Members.Select(id => script.Log(id).Reads), Is.All.Empty);
    }

    // Bug: member that is asked for a promise reads its log for seconds.
    [Test]
    public void A_waiting_member_promises_without_reading_the_long_log_behind_the_entry()
    {
        var script = AllWaiting();
        RequestMany(script);
        LookAtReads(script);
        script.Drop("r*", "seq1", "SkipVote");
        script.AskForSkip(1);
        Assert.That(script.Options.Members.Select(id => script.Log(id).Reads!.Distinct()), Is.All.EqualTo(new[] { One }));
        script.Heal();
        script.AskForSkip(1);
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Skipped));
        Assert.That(script.Options.Members.Select(id => script.Member(id).Executed), Is.All.EqualTo(script.Sequencer(1).MaxSeq));
    }

    // Bug: a long log read backwards.
    [Test]
    public void A_member_that_executed_the_entry_reads_its_log_once_and_forwards()
    {
        var script = ProtocolScript.Started();
        RequestMany(script);
        LookAtReads(script);
        var claim = script.Member(1).Installed;
        for (var i = 0; i < 3; i++)
            script.Inject(NodeId.Sequencer(1), NodeId.Replica(1), new SkipAsk(One, IsUrgent: true), claim.Epoch, claim.Boot);
        Assert.That(script.Log(1).Reads, Is.EqualTo(script.Order.Skip(1).Select(entry => entry.Seq)));
    }

    // Bug: nobody knows which members a skip waits for.
    [Test]
    public void A_member_that_executed_the_entry_tells_the_view_when_only_a_joiner_promises()
    {
        var script = ProtocolScript.Started(members: 3);
        script.Wipe(3);
        script.WantOut(3, 3);
        script.Start(NodeId.Replica(3));
        script.Wait(1200);
        var poison = script.Sequencer(1).MaxSeq.Next;
        script.Poison(poison.Value, 1);
        script.Request(1);
        script.RestartUntilWaiting(1);
        script.Drop("r3", "seq1", "SkipVote");
        script.AskForSkip(poison.Value);
        script.Crash(NodeId.Sequencer(1));
        script.Wait(3000);
        script.Heal();
        script.Crash(NodeId.Replica(1));
        script.AskForSkip(poison.Value, 2);
        Assert.That(script.Member(3).State, Is.EqualTo(MemberState.Joining));
        Assert.That(script.SkipStatus!.Outcome, Is.EqualTo(SkipOutcome.Collecting));
        Assert.That(script.SkipStatus.WaitedFor.Members.Select(member => member.Id), Is.EqualTo(new byte[] { 1, 2 }));
    }

    private static void RequestMany(ProtocolScript script)
    {
        for (ulong number = 2; number <= 300; number++)
            script.Request(number);
        script.Wait(100);
    }

    private static void LookAtReads(ProtocolScript script)
    {
        foreach (var id in script.Options.Members)
            script.Log(id).Reads = [];
    }

    private static ProtocolScript AllWaiting()
    {
        var script = Poisoned(1, 2, 3, 4);
        script.RestartUntilWaiting(1, 2, 3, 4);
        return script;
    }

    /// <summary>The first request kills these members.</summary>
    private static ProtocolScript Poisoned(params byte[] members)
    {
        var script = ProtocolScript.Started();
        script.Poison(1, members);
        script.Request(1);
        foreach (var id in members)
            Assert.That(script.IsUp(NodeId.Replica(id)), Is.False);
        return script;
    }
}
