using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Mutation;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>The rules of disks: when a member may say that it has something, and which members count.</summary>
[Category("Scenarios")]
internal sealed class StorageRuleTests
{
    // Bug: promise forgotten by a restart.
    [Test]
    [FailsWithout(nameof(OrderingMutants.PromiseIsForgotten))]
    public void A_promise_outlives_a_restart()
    {
        var script = ProtocolScript.Started();
        var claim = new Claim(Epoch.Of(2, 2), new BootId(100));
        script.Inject(NodeId.Sequencer(2), NodeId.Replica(1), new Prepare(claim), boot: claim.Boot);
        script.Restart(NodeId.Replica(1));
        Assert.That(script.Member(1).Promised, Is.EqualTo(claim));
        script.Request(1);
        Assert.That(script.Member(1).Contiguous, Is.EqualTo(SequenceNumber.Zero));
    }

    // Bug: promise given before it is on disk.
    [Test]
    public void A_promise_is_not_given_before_it_is_on_disk()
    {
        var script = ProtocolScript.Started();
        var claim = new Claim(Epoch.Of(2, 2), new BootId(100));
        script.HoldFlushes(1);
        script.Trace.Take();
        script.Inject(NodeId.Sequencer(2), NodeId.Replica(1), new Prepare(claim), boot: claim.Boot);
        Assert.That(script.Trace.Take(), Has.None.Contains("Promise e"));
        script.Flush(1);
        Assert.That(script.Trace.Take(), Has.Some.Contains("r1 -> seq2 Promise e2.2"));
    }

    // Bug: acknowledged before fsync.
    [Test]
    [FailsWithout(nameof(OrderingMutants.AcknowledgedBeforeFlush))]
    public void An_entry_is_not_acknowledged_before_it_is_flushed()
    {
        var script = ProtocolScript.Started();
        for (byte id = 1; id <= 3; id++)
            script.HoldFlushes(id);
        script.Request(1);
        Assert.That(script.Sequencer(1).CommitSeq, Is.EqualTo(SequenceNumber.Zero));
        script.Flush(1);
        Assert.That(script.Sequencer(1).CommitSeq.Value, Is.EqualTo(1));
    }

    // Bug: order known only to the dead.
    [Test]
    [FailsWithout(nameof(OrderingMutants.CommitQuorumOfOne))]
    public void An_entry_on_one_disk_only_is_not_executed() => AnEntryIsOnOneDisk();

    // Bug: executed on ORDER.
    [Test]
    [FailsWithout(nameof(OrderingMutants.ExecutedOnOrder))]
    public void An_entry_is_not_executed_on_arrival() => AnEntryIsOnOneDisk();

    // Bug: member with a wiped disk counted under its old id.
    [Test]
    public void A_wiped_member_is_not_counted_under_its_old_identity()
    {
        var script = WipedAndPromising(keepsIdentity: false);
        Assert.That(script.Sequencer(2).State, Is.Not.EqualTo(SequencerState.Active));
        script.Start(NodeId.Replica(1));
        script.Wait(3000);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
        Assert.That(script.Member(2).Executed.Value, Is.EqualTo(1), "the executed entry is still there");
        Assert.That(
            WipedAndPromising(keepsIdentity: true).Sequencer(2).MaxSeq,
            Is.EqualTo(SequenceNumber.Zero),
            "under the member's old identity the entry would be lost");
    }

    // Bug: older copy of a folder counted as the folder.
    [Test]
    [FailsWithout(nameof(OrderingMutants.FolderIsBelieved))]
    public void An_older_copy_of_a_folder_is_not_counted_as_the_folder()
    {
        var script = ProtocolScript.Started(change: ProtocolScript.WithStamps);
        script.CopyFolder(1);
        script.Restart(NodeId.Replica(1));
        script.Wait(100);
        script.Drop("seq1", "r3|r4", "Order");
        script.Request(1);
        Assert.That(
            (script.Member(1).Executed.Value, script.Member(2).Executed.Value),
            Is.EqualTo((1, 1)),
            "two members have the entry, and the client has its answer");
        script.PutBack(1);
        script.Crash(NodeId.Sequencer(1));
        foreach (byte id in new byte[] { 2, 3, 4 })
            script.Crash(NodeId.Replica(id));
        script.Heal();
        foreach (byte id in new byte[] { 1, 3, 4 })
            script.Start(NodeId.Replica(id));
        script.Wait(5000);
        Assert.That(script.Sequencer(2).Activations, Is.Zero, "three members are there, and none of them knows the entry");
        Assert.That(script.Member(1).State, Is.EqualTo(MemberState.Outdated));
        script.Start(NodeId.Replica(2));
        script.Wait(5000);
        Assert.That((script.Sequencer(2).Activations, script.Member(4).Executed.Value), Is.EqualTo((1, 1)));
    }

    // Bug: older copy of a folder works until it is found out.
    [Test]
    public void A_member_with_an_unconfirmed_folder_promises_acknowledges_and_executes_nothing()
    {
        var script = ProtocolScript.Started(change: ProtocolScript.WithStamps);
        script.Request(1);
        script.Drop("r*", "r3", "StampAck");
        script.Restart(NodeId.Replica(3));
        script.Trace.Take();
        script.Request(2);
        script.Stop(1);
        script.Wait(1000);
        var said = script.Trace.Take().Where(line => !line.Contains("Stamp") && line.Split(" -> ")[0].Split(' ').Contains("r3"));
        Assert.That(said, Is.Empty, "it sends nothing but messages about stamps");
        Assert.That((script.Member(3).State, script.Member(3).Executed), Is.EqualTo((MemberState.Unconfirmed, SequenceNumber.Zero)));
        script.Heal();
        script.Wait(1000);
        Assert.That((script.Member(3).State, script.Member(3).Executed.Value), Is.EqualTo((MemberState.Following, 2)));
    }

    // Bug: copy of a replaced incarnation's folder keeps its seat for ever.
    [Test]
    public void A_member_on_a_copy_of_a_replaced_incarnations_folder_leaves_by_itself()
    {
        var script = ProtocolScript.Started(change: ProtocolScript.WithStamps);
        script.Request(1);
        script.CopyFolder(1);
        script.Restart(NodeId.Replica(1));
        script.Request(2);
        script.WantOut(2, 1);
        script.WantOut(3, 1);
        script.Wait(1000);
        Assert.That(script.Member(1).State, Is.EqualTo(MemberState.Left));
        script.PutBack(1);
        script.Start(NodeId.Replica(1));
        script.Wait(3000);
        Assert.That(script.Member(1).State, Is.EqualTo(MemberState.Left), script.Member(1).HaltReason);
    }

    // Bug: everyone refuses everyone after a power cut in a start.
    [Test]
    public void A_crash_of_all_members_while_stamps_are_confirmed_locks_nobody_out()
    {
        var script = ProtocolScript.Started(change: ProtocolScript.WithStamps);
        script.Request(1);
        for (var round = 0; round < 3; round++)
        {
            // Each member has made a stamp that others know, and has not learnt that they know it.
            foreach (var id in script.Options.Members)
                script.Crash(NodeId.Replica(id));
            script.Drop("r*", "r*", "StampAck");
            foreach (var id in script.Options.Members)
                script.Start(NodeId.Replica(id));
            script.Wait(50);
            Assert.That(script.Options.Members.Select(id => script.Member(id).State), Is.All.EqualTo(MemberState.Unconfirmed));
            script.Heal();
        }

        script.Wait(3000);
        Assert.That(
            script.Options.Members.Select(id => (script.Member(id).State, script.Member(id).Executed.Value)),
            Is.All.EqualTo((MemberState.Following, 1)));
    }

    // Bug: wiped member taken for a first start.
    [Test]
    public void Wiped_members_cannot_begin_the_first_epoch()
    {
        var script = ProtocolScript.Started();
        script.Request(1);
        foreach (var id in script.Options.Members)
            script.Crash(NodeId.Replica(id));
        script.Crash(NodeId.Sequencer(1));
        script.Crash(NodeId.Sequencer(2));
        foreach (byte id in new byte[] { 2, 3, 4 })
        {
            script.Wipe(id);
            script.Start(NodeId.Replica(id));
        }

        script.Start(NodeId.Sequencer(1));
        script.Wait(5000);
        Assert.That(script.Sequencer(1).Activations, Is.Zero, "the member that is down may know of an epoch");
        script.Start(NodeId.Replica(1));
        script.Wait(5000);
        Assert.That(script.Sequencer(1).Activations, Is.Zero, "that member knows of one, and its view has no quorum");
    }

    // Bug: quorum counted in the wrong view.
    [Test]
    [FailsWithout(nameof(OrderingMutants.QuorumOfStrangers))]
    public void A_promise_from_outside_the_chosen_logs_view_is_not_counted()
    {
        var script = ProtocolScript.Started();
        script.Wipe(4);
        script.WantOut(4, 4);
        Assert.That(script.Sequencer(1).View.Voters, Is.EqualTo(3));
        script.Drop("seq1", "r4");
        script.Start(NodeId.Replica(4));
        script.Crash(NodeId.Replica(2));
        script.Crash(NodeId.Replica(3));
        // After the handover the second sequencer is a candidate, whatever the evidence. The first member and the new incarnation
        // promise. If the new incarnation counted, these would be two of a view of three.
        script.Stop(1);
        script.Wait(300);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Candidate));
        script.Start(NodeId.Replica(2));
        script.Wait(1000);
        Assert.That(script.Sequencer(2).State, Is.EqualTo(SequencerState.Active));
    }

    // Bug: trimming ignores silent members.
    [Test]
    [FailsWithout(nameof(OrderingMutants.TrimmingIgnoresSilentMembers))]
    public void Nothing_is_trimmed_that_a_silent_member_may_need()
    {
        var script = ProtocolScript.Started();
        script.Cut("r4", "*");
        for (ulong i = 1; i <= 5; i++)
            script.Request(i);
        script.Crash(NodeId.Sequencer(1));
        script.Wait(1700);
        script.Request(6, 2);
        script.Wait(200);
        for (byte id = 1; id <= 3; id++)
        {
            script.TakeSnapshot(id);
            Assert.That(script.Log(id).Base, Is.EqualTo(SequenceNumber.Zero));
        }

        script.Heal();
        script.Wait(2000);
        Assert.That(script.Member(4).Executed.Value, Is.EqualTo(6));
        script.TakeSnapshot(1);
        Assert.That(script.Log(1).Base.Value, Is.EqualTo(6));
    }

    private static void AnEntryIsOnOneDisk()
    {
        var script = ProtocolScript.Started();
        script.Drop("seq1", "r2|r3|r4", "Order");
        script.Request(1);
        Assert.That(script.Member(1).Durable.Value, Is.EqualTo(1));
        Assert.That(script.Member(1).Executed, Is.EqualTo(SequenceNumber.Zero));
    }

    /// <summary>
    /// The first and the fourth member have executed an entry that the others lack. Then the first is down, and the fourth has
    /// lost its disk.
    /// </summary>
    private static ProtocolScript WipedAndPromising(bool keepsIdentity)
    {
        var script = ProtocolScript.Started();
        script.Drop("seq1", "r2|r3");
        script.Request(1);
        Assert.That(script.Member(4).Executed.Value, Is.EqualTo(1));
        script.Crash(NodeId.Replica(1));
        script.Wipe(4, keepsIdentity);
        script.Stop(1);
        script.Start(NodeId.Replica(4));
        script.Wait(1000);
        return script;
    }
}
