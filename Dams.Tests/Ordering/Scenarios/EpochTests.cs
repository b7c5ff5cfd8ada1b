using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Mutation;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>Which sequencer leads, and what becomes of the log when an epoch begins.</summary>
[Category("Scenarios")]
internal sealed class EpochTests
{
    // Bug: zombie sequencer orders after a reset.
    [Test]
    public void A_zombie_orders_nothing_after_a_reset()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Drop("r*|seq2", "seq1");
        script.Pause(NodeId.Sequencer(1));
        script.Wait(1700);
        script.Heal();
        script.Request(2);
        script.Resume(NodeId.Sequencer(1));
        Assert.That(script.Sequencer(1).State, Is.EqualTo(SequencerState.Standby));
        Assert.That(script.Options.Members.Select(id => script.Member(id).Contiguous.Value), Is.All.EqualTo(1));
    }

    // Bug: a standby speaks of a first start for ever.
    [Test]
    public void A_standby_waits_for_nobody_once_another_is_active()
    {
        var script = new ProtocolScript();
        script.Drop("r3", "seq2");
        script.StartAll();
        script.Wait(2000);
        Assert.That(script.Sequencer(1).State, Is.EqualTo(SequencerState.Active));
        Assert.That(script.Sequencer(2).WaitedFor, Is.Empty);
    }

    // Bug: minority reset on both sides of a partition.
    [Test]
    public void Neither_half_of_a_partition_begins_an_epoch()
    {
        var script = ProtocolScript.Started();
        script.Cut("r1|r2|seq1", "r3|r4|seq2");
        script.Wait(5000);
        Assert.That(script.Sequencer(2).Activations, Is.Zero);
        Assert.That(script.Sequencer(1).Activations, Is.EqualTo(1));
        script.Heal();
        script.Wait(3000);
        AssertServes(script);
    }

    // Bug: longest log wins over newer epoch.
    [Test]
    [FailsWithout(nameof(OrderingMutants.LongestLogWins))]
    public void A_longer_log_of_an_older_epoch_loses()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Drop("seq1", "r1|r2|r3", "Order");
        for (ulong i = 2; i <= 5; i++)
            script.Request(i);
        script.Crash(NodeId.Sequencer(1));
        script.Heal();
        script.Cut("r4", "*");
        script.Wait(1700);
        script.Request(6, 2);
        Assert.That(script.Order, Has.Count.EqualTo(2));
        script.Crash(NodeId.Sequencer(2));
        script.Heal();
        script.Cut("r1", "*");
        script.Start(NodeId.Sequencer(1));
        script.Wait(3000);
        Assert.That(script.Member(4).Contiguous.Value, Is.EqualTo(2));
        Assert.That(script.Log(4).Read(new SequenceNumber(2))!.Epoch, Is.EqualTo(Epoch.Of(2, 2)));
    }

    // Bug: recovery that needs everyone.
    [Test]
    public void A_new_epoch_begins_without_a_dead_member()
    {
        var script = ProtocolScript.Started();
        script.Crash(NodeId.Replica(4));
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1700);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
        script.Request(1, 2);
        Assert.That(script.Member(1).Executed.Value, Is.EqualTo(1));
    }

    // Bug: duelling candidates.
    [Test]
    public void One_of_two_duelling_candidates_becomes_active()
    {
        var script = ProtocolScript.Started(sequencers: 3);
        script.Crash(NodeId.Sequencer(1));
        script.Hold("seq2", "r*", "Prepare");
        script.Wait(1600);
        Assert.That(script.Sequencer(2).State, Is.Not.EqualTo(SequencerState.Active));
        script.Heal();
        script.Release();
        script.Wait(3000);
        var candidates = new[] { script.Sequencer(2), script.Sequencer(3) };
        Assert.That(candidates.Count(sequencer => sequencer.State == SequencerState.Active), Is.EqualTo(1));
        Assert.That(script.Sequencer(2).Activations + script.Sequencer(3).Activations, Is.EqualTo(1));
    }

    // Bug: stuck candidate prepares twice.
    [Test]
    public void A_stuck_candidate_starts_again_with_one_PREPARE_for_each_member()
    {
        var script = ProtocolScript.Started();
        script.Crash(NodeId.Sequencer(1));
        script.Drop("r*", "seq2", "NewViewAck");
        script.Wait(1500);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Installing));
        script.Drop("r*", "seq2", "Promise");
        script.Trace.Take();
        for (var i = 0; i < 2000 && script.Sequencer(2).State != SequencerState.Candidate; i++)
            script.Wait(1);
        script.Wait((long)script.Options.EpochRetry.TotalMilliseconds - 1);
        var prepares = script.Trace.Take().Where(line => line.Contains("Prepare", StringComparison.Ordinal));
        Assert.That(prepares, Is.EqualTo(script.Options.Members.Select(id => $"seq2 -> r{id} Prepare e3.2: becomes Promised e3.2")));
        script.Heal();
        script.Wait(1000);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
    }

    // Bug: epoch reused by a restarted candidate.
    [Test]
    public void A_restarted_candidate_cannot_use_promises_to_its_former_boot()
    {
        var script = ProtocolScript.Started();
        var former = new Claim(Epoch.Of(2, 2), new BootId(100));
        script.Inject(NodeId.Sequencer(2), NodeId.Replica(1), new Prepare(former), boot: former.Boot);
        Assert.That(script.Member(1).Promised, Is.EqualTo(former));
        var present = former with { Boot = new BootId(101) };
        script.Inject(NodeId.Sequencer(2), NodeId.Replica(1), new Prepare(present), boot: present.Boot);
        Assert.That(script.Member(1).Promised, Is.EqualTo(former));
        script.Inject(NodeId.Sequencer(2), NodeId.Replica(1),
            new NewView(present, SequenceNumber.Zero, Chain.Genesis, SequenceNumber.Zero, 0, 1, script.Member(1).View), boot: present.Boot);
        Assert.That(script.Member(1).Installed.Epoch, Is.EqualTo(Epoch.Of(1, 1)));
    }

    // Bug: assertion that is reachable from the wire.
    [Test]
    public void A_view_of_another_configuration_is_ignored()
    {
        var script = ProtocolScript.Started();
        var strange = new View(new SequenceNumber(9), [new ViewMember(9, new Incarnation(9), SequenceNumber.Zero, SequenceNumber.Zero)]);
        script.Hold("*", "seq2", "Promise");
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1200);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Candidate));
        foreach (var view in new[] { strange, View.None })
        {
            script.Inject(NodeId.Replica(1), NodeId.Sequencer(2), new Promise(
                script.Sequencer(2).Claim, script.Member(1).Incarnation, Epoch.Of(1000, 1), new SequenceNumber(1), Chain.Genesis,
                SequenceNumber.Zero, SequenceNumber.Zero, 0, view));
            script.Inject(NodeId.Replica(1), NodeId.Sequencer(2), new ViewSummary(
                script.Member(1).Incarnation, script.Sequencer(2).Claim, new Claim(Epoch.Of(1000, 1), new BootId(1)), true, view));
        }

        script.Heal();
        script.Release();
        script.Wait(3000);
        AssertServes(script);
    }

    // Bug: refusal that reaches nobody.
    [Test]
    [FailsWithout(nameof(OrderingMutants.RefusalReachesNobody))]
    public void A_refused_sequencer_notices_and_returns_with_a_higher_epoch()
    {
        var script = ProtocolScript.Started();
        script.Crash(NodeId.Sequencer(2));
        var dead = new Claim(Epoch.Of(2, 2), new BootId(100));
        for (byte id = 1; id <= 3; id++)
            script.Inject(NodeId.Sequencer(2), NodeId.Replica(id), new Prepare(dead), boot: dead.Boot);
        script.Wait(5000);
        Assert.That(script.Sequencer(1).State, Is.EqualTo(SequencerState.Active));
        Assert.That(script.Sequencer(1).Epoch, Is.GreaterThan(dead.Epoch));
        AssertServes(script);
    }

    // Bug: stale tail executed on a newer epoch's commit.
    [Test]
    [FailsWithout(nameof(OrderingMutants.CommitIsObeyedAcrossEpochs))]
    public void A_commit_of_an_uninstalled_epoch_executes_nothing()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Drop("seq1", "r1|r2|r3", "Order#2");
        script.Request(2);
        script.Crash(NodeId.Sequencer(1));
        script.Heal();
        script.Cut("r4", "*");
        script.Wait(1700);
        script.Heal();
        script.Drop("seq2", "r4", "Prepare|NewView");
        script.Request(3, 2);
        script.Wait(500);
        Assert.That(script.Member(4).Executed.Value, Is.EqualTo(1));
        script.Heal();
        script.Wait(1000);
        Assert.That(script.Member(4).Executed.Value, Is.EqualTo(2));
    }

    // Bug: delayed NEWVIEW cuts acknowledged entries.
    [Test]
    [FailsWithout(nameof(OrderingMutants.DelayedNewViewCuts))]
    public void A_delayed_NEWVIEW_is_acknowledged_and_cuts_nothing()
    {
        var script = ProtocolScript.Started();
        script.Hold("seq1", "r1", "NewView");
        script.Inject(NodeId.Replica(1), NodeId.Sequencer(1), new GetView(Epoch.None));
        script.Request(1);
        script.Request(2);
        script.Release();
        Assert.That(script.Member(1).Durable.Value, Is.EqualTo(2));
        Assert.That(script.Member(1).State, Is.EqualTo(MemberState.Following));
    }

    // Bug: member halted by what a lost epoch ordered.
    [Test]
    public void Entries_held_from_a_lost_epoch_do_not_halt_a_member_that_catches_up()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Cut("r3|seq1", "r1|r2|r4|seq2");
        script.Drop("seq1", "r3", "Order#2");
        script.Drop("seq1", "r3", "Retrans");
        script.Request(2);
        script.Request(3);
        Assert.That(script.Member(3).HeldCount, Is.EqualTo(1), "it holds the second of the two entries of the lost epoch");
        script.Wait(2000);
        script.Request(4, 2);
        script.Request(5, 2);
        Assert.That(script.Member(1).Executed.Value, Is.EqualTo(3));
        // The member still follows the first epoch, and asks the others for the entries that it lacks.
        script.Heal();
        script.Drop("seq1|seq2", "r3");
        script.Wait(1000);
        Assert.That(script.Member(3).State, Is.EqualTo(MemberState.Following));
        Assert.That(script.Member(3).Contiguous.Value, Is.GreaterThanOrEqualTo(2));
        Assert.That(script.Log(3).Read(new SequenceNumber(2))!.Epoch, Is.EqualTo(Epoch.Of(2, 2)));
        script.Heal();
        script.Wait(1000);
        Assert.That(script.Member(3).Executed.Value, Is.EqualTo(3));
    }

    // Bug: shorter member halts at NEWVIEW.
    [Test]
    [FailsWithout(nameof(OrderingMutants.ShorterMemberHalts))]
    public void A_member_with_a_shorter_log_than_the_new_epoch_fetches_the_rest()
    {
        var script = ProtocolScript.Started();
        script.Cut("r4", "*");
        for (ulong i = 1; i <= 3; i++)
            script.Request(i);
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1700);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
        Assert.That(script.Member(4).Contiguous, Is.EqualTo(SequenceNumber.Zero));
        script.Heal();
        script.Wait(1000);
        Assert.That(script.Member(4).State, Is.EqualTo(MemberState.Following));
        Assert.That(script.Member(4).Executed.Value, Is.EqualTo(3));
    }

    // Bug: member asks for ever and reports nothing.
    [Test]
    public void A_member_given_only_entries_that_do_not_fit_takes_none_and_reports_it()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Cut("r4", "*");
        script.Request(2);
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1700);
        script.Heal();
        script.Drop("*", "r4", "Fetched");
        script.Wait(1000);
        var (member, right) = (script.Member(4), script.Log(1).Read(new SequenceNumber(2))!);
        var lost = new Entry(right.Seq, right.Epoch, right.Time, right.Kind, right.Chain, right.Request);
        var patience = (long)script.Options.InstallPatience.TotalMilliseconds;
        for (var waited = 0L; waited <= patience; waited += 100)
        {
            Assert.That(
                (member.State, member.Contiguous.Value, member.IsInstallingInVain),
                Is.EqualTo((MemberState.Installing, 1L, false)),
                $"after {waited} ms");
            script.Inject(NodeId.Replica(2), NodeId.Replica(4), new Fetched(right.Seq, new SequenceNumber(1), lost));
            script.Wait(100);
        }

        Assert.That((member.State, member.Contiguous.Value, member.IsInstallingInVain), Is.EqualTo((MemberState.Installing, 1L, true)));
        script.Heal();
        script.Wait(1000);
        Assert.That((member.State, member.Executed.Value, member.IsInstallingInVain), Is.EqualTo((MemberState.Following, 2L, false)));
    }

    // Bug: sequencer that is deaf but not mute.
    [Test]
    public void A_sequencer_that_hears_nobody_falls_silent_and_another_takes_over()
    {
        var script = ProtocolScript.Started();
        script.Drop("r*|seq2", "seq1");
        script.Wait(3000);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
        script.Heal();
        script.Wait(200);
        Assert.That(script.Sequencer(1).State, Is.EqualTo(SequencerState.Standby));
    }

    // Bug: time running backwards at a failover.
    [Test]
    [FailsWithout(nameof(OrderingMutants.TimeFollowsTheClock))]
    public void Time_does_not_fall_when_the_next_sequencers_clock_is_behind()
    {
        var script = ProtocolScript.Started();
        script.SetClock(NodeId.Sequencer(2), TimeSpan.FromHours(-1));
        script.Request(1);
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1700);
        script.Request(2, 2);
        Assert.That(script.Order, Has.Count.EqualTo(2));
        Assert.That(script.Order[1].Time, Is.GreaterThanOrEqualTo(script.Order[0].Time));
    }

    // Bug: everyone restarted and nobody in the view.
    [Test]
    public void The_view_and_the_order_survive_a_crash_of_all_processes()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        NodeId[] all = [.. script.Options.Members.Select(NodeId.Replica), NodeId.Sequencer(1), NodeId.Sequencer(2)];
        foreach (var id in all)
            script.Crash(id);
        foreach (var id in all)
            script.Start(id);
        script.Wait(2000);
        Assert.That(
            script.Options.Members.Select(id => (script.Member(id).IsVoter, script.Member(id).Executed.Value)),
            Is.All.EqualTo((true, 1L)));
        AssertServes(script);
    }

    // Bug: same message twice after a view change.
    [Test]
    public void A_repeat_at_the_next_sequencer_gets_the_first_answer_and_has_no_effect()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1700);
        script.FrontEnd.Clear();
        script.Request(1, 2);
        var replies = script.FrontEnd.Select(received => received.Message).OfType<ReplyMessage>().ToList();
        Assert.That(replies.Select(reply => reply.Seq.Value), Is.EqualTo(new[] { 1, 1, 1, 1 }));
        Assert.That(script.Core(1).Sessions.Rows, Is.EqualTo(1));
    }

    private static void AssertServes(ProtocolScript script)
    {
        var leading = script.Options.Sequencers
            .Single(id => script.IsUp(NodeId.Sequencer(id)) && script.Sequencer(id).State == SequencerState.Active);
        var before = script.Order.Count;
        script.Request(1000, leading);
        script.Wait(500);
        Assert.That(script.Order, Has.Count.EqualTo(before + 1));
        Assert.That(script.Options.Members.Select(id => script.Member(id).Executed.Value), Is.All.EqualTo(before + 1));
    }
}
