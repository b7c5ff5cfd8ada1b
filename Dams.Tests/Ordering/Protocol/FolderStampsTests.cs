using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Tests.Simulated;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>
/// When a member may work on its folder, and whose stamps it confirms. A twin is a stamp with the same number and another
/// nonce: it comes from a copy of the folder that went on apart.
/// </summary>
internal sealed class FolderStampsTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [] };
    private static readonly Instant s_start = new(1_000_000, 0);
    private static readonly Incarnation s_own = new(0xA1);

    [TestCase(1, 0)]
    [TestCase(2, 1)]
    [TestCase(3, 1)]
    [TestCase(4, 2)]
    [TestCase(5, 3)]
    [TestCase(7, 5)]
    public void A_restart_needs_one_confirmation_fewer_than_an_epoch_needs_members(int members, int confirmations) =>
        Assert.That(
            (s_options with { Members = [.. Enumerable.Range(1, members).Select(id => (byte)id)] }).ConfirmationsNeeded,
            Is.EqualTo(confirmations));

    [Test]
    public void A_member_works_when_two_others_have_its_stamp_on_disk()
    {
        var folder = new Folder();
        Assert.That(folder.Stamps.MayWork, Is.False);
        Assert.That(folder.TakeRequests(), Is.Empty, "nobody is asked before the stamp is on the member's own disk");
        folder.Write();
        Assert.That(folder.TakeRequests(), Is.EqualTo(new[] { "replica2 1", "replica3 1", "replica4 1" }));
        folder.Confirm(2);
        folder.Confirm(2);
        Assert.That(folder.Stamps.MayWork, Is.False, "a confirmation that arrives twice counts once");
        folder.Answer(3, new FolderStamp(1, folder.Stamps.Own.Nonce ^ 2), new FolderStamp(1, folder.Stamps.Own.Nonce ^ 2));
        Assert.That(folder.Stamps.MayWork, Is.False, "an answer about another stamp does not count");
        folder.Confirm(4);
        Assert.That(folder.Stamps.MayWork);
        folder.Confirm(3);
        Assert.That(folder.Stamps.NextDeadline, Is.EqualTo(Instant.Never), "an idle member stamps nothing");
    }

    [Test]
    public void Members_that_have_not_answered_are_asked_again()
    {
        var folder = new Folder();
        folder.Write();
        folder.TakeRequests();
        folder.Confirm(3);
        folder.Wait(s_options.EpochRetry);
        Assert.That(folder.TakeRequests(), Is.EqualTo(new[] { "replica2 1", "replica4 1" }));
    }

    [Test]
    public void Each_start_makes_the_next_stamp_with_a_new_nonce()
    {
        var folder = new Folder();
        folder.Prove();
        var (first, one, other) = (folder.Stamps.Own, folder.Restart(seed: 8), folder.Restart(seed: 9));
        Assert.That((first.Number, one.Stamps.Own.Number, other.Stamps.Own.Number), Is.EqualTo((1u, 2u, 2u)));
        Assert.That(one.Stamps.Own, Is.Not.EqualTo(other.Stamps.Own), "two copies that go on apart have different stamps");
    }

    [Test]
    public void An_unconfirmed_stamp_of_an_earlier_start_is_asked_about_before_the_next_one()
    {
        var folder = new Folder();
        folder.Write();
        var left = folder.Stamps.Own;
        var next = folder.Restart(seed: 8);
        Assert.That(next.Stamps.Own, Is.EqualTo(left), "another member may have confirmed it");
        next.Wait(TimeSpan.Zero);
        next.Confirm(2, 3);
        Assert.That(
            (next.Stamps.MayWork, next.Stamps.Own.Number),
            Is.EqualTo((false, left.Number + 1)),
            "a copy of the folder may have the old one, too");
        next.Write();
        next.Confirm(2, 3);
        Assert.That(next.Stamps.MayWork);
    }

    [TestCase(5u, 7u)]
    [TestCase(2u, 7u, Description = "a twin: the same number from a copy that went on apart")]
    public void A_member_is_refused_if_another_knows_a_newer_stamp_or_a_twin(uint number, uint nonce)
    {
        var folder = new Folder();
        folder.Prove();
        var old = folder.Restart(seed: 8);
        old.Write();
        old.Answer(4, old.Stamps.Own, new FolderStamp(number, nonce));
        Assert.That((old.Stamps.MayWork, old.Stamps.Refusal), Is.EqualTo((false, ((byte)4, new FolderStamp(number, nonce)))));
    }

    [Test]
    public void A_working_member_keeps_asking_silent_members_and_obeys_a_late_refusal()
    {
        var folder = new Folder();
        folder.Prove();
        var old = folder.Restart(seed: 8);
        old.Write();
        old.Confirm(2, 3);
        old.Write();
        Assert.That(old.Stamps.MayWork);
        old.TakeRequests();
        old.Wait(s_options.JoinRetry);
        Assert.That(old.TakeRequests(), Is.EqualTo(new[] { $"replica4 {old.Stamps.Own.Number}" }));
        old.Answer(4, old.Stamps.Own, new FolderStamp(5, 7));
        Assert.That(old.Stamps.Refusal, Is.EqualTo(((byte)4, new FolderStamp(5, 7))));
    }

    [Test]
    public void A_silent_member_is_asked_at_intervals_that_double_up_to_ten_seconds()
    {
        var folder = new Folder();
        folder.Prove();
        Assert.That(Intervals(folder, 45), Is.EqualTo(new[] { 0.5, 0.5, 1, 2, 4, 8, 10, 10 }));
        folder.Stamps.OnWorked();
        folder.Wait(TimeSpan.Zero);
        folder.TakeRequests();
        folder.Write();
        Assert.That(folder.TakeRequests(), Is.EqualTo(new[] { "replica2 2", "replica3 2", "replica4 2" }), "the next stamp");
        Assert.That(Intervals(folder, 4), Is.EqualTo(new[] { 0.5, 1, 2 }));
    }

    [Test]
    public void A_silent_member_is_asked_at_once_when_it_is_heard()
    {
        var folder = new Folder();
        folder.Prove();
        Intervals(folder, 20);
        folder.Stamps.OnHeard(NodeId.Replica(2), s_start);
        Assert.That(folder.Stamps.NextDeadline, Is.GreaterThan(folder.Now), "member 2 has confirmed");
        folder.Stamps.OnHeard(NodeId.Replica(4), folder.Now);
        Assert.That(folder.Stamps.NextDeadline, Is.EqualTo(folder.Now));
        folder.Wait(TimeSpan.Zero);
        Assert.That(folder.TakeRequests(), Is.EqualTo(new[] { "replica4 1" }));
        folder.Stamps.OnHeard(NodeId.Replica(4), folder.Now);
        Assert.That(folder.Stamps.NextDeadline, Is.EqualTo(folder.Now + s_options.JoinRetry), "it was asked just before");
    }

    [Test]
    public void Nobody_is_asked_again_after_all_have_confirmed()
    {
        var folder = new Folder();
        folder.Write();
        folder.Confirm(2, 3, 4);
        folder.Write();
        folder.TakeRequests();
        folder.Wait(s_options.JoinRetry);
        Assert.That(folder.TakeRequests(), Is.Empty);
    }

    [Test]
    public void A_group_that_keeps_nothing_over_a_power_cut_needs_no_confirmations() =>
        Assert.That((s_options with { IsDurable = false }).ConfirmationsNeeded, Is.Zero);

    [Test]
    public void A_member_confirms_newer_stamps_and_refuses_older_ones_and_twins()
    {
        var folder = new Folder();
        folder.Prove();
        var life = new Incarnation(0xA2);
        Assert.That(folder.Ask(2, life, new FolderStamp(5, 1)), Is.EqualTo(new FolderStamp(5, 1)), "it did not know this folder");
        Assert.That(folder.Ask(2, life, new FolderStamp(9, 2)), Is.EqualTo(new FolderStamp(9, 2)), "it had missed some stamps");
        Assert.That(folder.Ask(2, life, new FolderStamp(9, 2)), Is.EqualTo(new FolderStamp(9, 2)), "the answer may have been lost");
        Assert.That(folder.Ask(2, life, new FolderStamp(9, 3)), Is.EqualTo(new FolderStamp(9, 2)), "a twin");
        Assert.That(folder.Ask(2, life, new FolderStamp(8, 4)), Is.EqualTo(new FolderStamp(9, 2)), "an older copy");
        Assert.That(
            folder.Restart(seed: 8).Ask(2, life, new FolderStamp(8, 4)),
            Is.EqualTo(new FolderStamp(9, 2)),
            "it remembers the stamp over a restart");
    }

    [Test]
    public void A_stamp_is_confirmed_only_when_it_is_on_disk()
    {
        var folder = new Folder();
        folder.Prove();
        folder.Stamps.OnRequest(NodeId.Replica(2), new StampReq(new Incarnation(0xA2), new FolderStamp(5, 1)), View.None);
        Assert.That(folder.TakeAnswers(), Is.Empty);
        folder.Write();
        Assert.That(folder.TakeAnswers(), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_member_mentions_its_own_stamp_only_after_it_is_on_disk()
    {
        var folder = new Folder();
        folder.Prove();
        folder.Ask(2, new Incarnation(0xA2), new FolderStamp(5, 1));
        folder.Stamps.OnWorked();
        folder.Wait(s_options.StampInterval);
        folder.Stamps.OnRequest(NodeId.Replica(2), new StampReq(new Incarnation(0xA2), new FolderStamp(4, 1)), View.None);
        Assert.That(
            folder.TakeAnswers().Select(answer => answer.Own),
            Is.EqualTo(new[] { FolderStamp.None }),
            "a crash could take the new stamp back");
        folder.Write();
        folder.Stamps.OnRequest(NodeId.Replica(2), new StampReq(new Incarnation(0xA2), new FolderStamp(4, 1)), View.None);
        Assert.That(folder.TakeAnswers().Select(answer => answer.Own), Is.EqualTo(new[] { folder.Stamps.Own }));
    }

    [Test]
    public void A_new_folder_confirms_only_other_new_folders_until_it_is_confirmed()
    {
        var folder = new Folder();
        folder.Write();
        Assert.That(folder.Ask(2, new Incarnation(0xA2), new FolderStamp(1, 1)), Is.EqualTo(new FolderStamp(1, 1)));
        Assert.That(folder.Ask(3, new Incarnation(0xA3), new FolderStamp(4, 1)), Is.Null);
        folder.Answer(2, folder.Stamps.Own, folder.Stamps.Own, new PeerStamp(3, new Incarnation(0xA3), new FolderStamp(3, 1)));
        Assert.That(
            folder.Ask(3, new Incarnation(0xA3), new FolderStamp(4, 1)),
            Is.Null,
            "there may be a newer stamp than the one it has learnt");
        folder.Confirm(2, 3);
        Assert.That(
            folder.Ask(3, new Incarnation(0xA3), new FolderStamp(4, 1)),
            Is.EqualTo(new FolderStamp(4, 1)),
            "now it has learnt what others know");
    }

    [Test]
    public void A_new_folder_learns_the_stamps_that_its_confirmers_know()
    {
        var folder = new Folder();
        folder.Write();
        folder.Answer(2, folder.Stamps.Own, folder.Stamps.Own,
            new PeerStamp(4, new Incarnation(0xA4), new FolderStamp(6, 1)), new PeerStamp(1, s_own, new FolderStamp(1, 1)));
        folder.Answer(3, folder.Stamps.Own, folder.Stamps.Own, new PeerStamp(4, new Incarnation(0xA4), new FolderStamp(7, 2)));
        folder.Write();
        Assert.That(
            folder.Ask(4, new Incarnation(0xA4), new FolderStamp(7, 9)),
            Is.EqualTo(new FolderStamp(7, 2)),
            "it keeps the higher of the two");
        Assert.That(
            folder.Log.Record.Stamps.Others.Select(other => other.Member),
            Is.EquivalentTo(new byte[] { 2, 3, 4 }),
            "it notes nothing about itself");
    }

    [Test]
    public void Remembered_stamps_are_bounded_and_those_of_view_members_are_kept()
    {
        var folder = new Folder();
        folder.Prove();
        var members = new byte[] { 2, 3, 4 }
            .Select(id => new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero));
        var view = new View(new SequenceNumber(9), [.. members]);
        foreach (var id in new byte[] { 2, 3, 4 })
            folder.Stamps.OnRequest(NodeId.Replica(id), new StampReq(new Incarnation(id), new FolderStamp(1, 1)), view);
        for (ulong life = 100; life < 120; life++)
            folder.Stamps.OnRequest(NodeId.Replica(3), new StampReq(new Incarnation(life), new FolderStamp(1, 1)), view);
        folder.Write();
        var known = folder.Log.Record.Stamps.Others;
        Assert.That(known, Has.Count.EqualTo(StampRecord.OthersMax));
        Assert.That(known.Select(other => other.Incarnation.Value), Is.SupersetOf(new ulong[] { 2, 3, 4, 119 }));
    }

    [Test]
    public void A_member_stamps_its_folder_after_each_interval_in_which_it_worked()
    {
        var folder = new Folder();
        folder.Prove();
        folder.Wait(s_options.StampInterval * 3);
        Assert.That(folder.Stamps.Own.Number, Is.EqualTo(1));
        folder.Stamps.OnWorked();
        folder.Wait(s_options.StampInterval);
        Assert.That((folder.Stamps.Own.Number, folder.Stamps.MayWork), Is.EqualTo((2, true)), "it goes on meanwhile");
        folder.Write();
        folder.Confirm(3, 4);
        folder.Stamps.OnWorked();
        folder.Wait(s_options.StampInterval - TimeSpan.FromMilliseconds(1));
        Assert.That(folder.Stamps.Own.Number, Is.EqualTo(2));
        folder.Wait(TimeSpan.FromMilliseconds(1));
        Assert.That(folder.Stamps.Own.Number, Is.EqualTo(3));
    }

    [Test]
    public void Only_other_members_confirm_or_are_confirmed()
    {
        var folder = new Folder();
        folder.Write();
        foreach (var stranger in new[] { NodeId.Replica(9), NodeId.Replica(1), NodeId.Manager(2), NodeId.Sequencer(2) })
        {
            var answer = new StampAck(folder.Stamps.Own, folder.Stamps.Own, s_own, FolderStamp.None, []);
            folder.Stamps.OnAnswer(stranger, answer, View.None, s_start);
            folder.Stamps.OnRequest(stranger, new StampReq(new Incarnation(1), new FolderStamp(1, 1)), View.None);
        }

        folder.Write();
        Assert.That((folder.Stamps.MayWork, folder.TakeAnswers().Count), Is.EqualTo((false, 0)));
    }

    /// <summary>The seconds between the times at which members are asked from now on.</summary>
    private static List<double> Intervals(Folder folder, int seconds)
    {
        var (last, end, intervals) = (folder.Now, folder.Now + TimeSpan.FromSeconds(seconds), new List<double>());
        while (folder.Stamps.NextDeadline is var next && next <= end)
        {
            folder.Wait(next - folder.Now);
            if (folder.TakeRequests().Length == 0)
                continue;
            intervals.Add((folder.Now - last).TotalSeconds);
            last = folder.Now;
        }

        folder.Wait(end - folder.Now);
        return intervals;
    }

    /// <summary>A folder, and the member that has just started on it.</summary>
    private sealed class Folder
    {
        private readonly Outbox _outbox = new();

        public Folder(SimulatedLog? log = null, ulong seed = 7)
        {
            Log = log ?? new SimulatedLog(s_own);
            Stamps = new FolderStamps(s_options, 1, Log, _outbox, seed);
            Stamps.Start(Now);
        }

        public Instant Now { get; private set; } = s_start;

        public SimulatedLog Log { get; }

        public FolderStamps Stamps { get; }

        public Folder Restart(ulong seed) => new(Log.ToCopy(), seed);

        /// <summary>Every change reaches the disk.</summary>
        public void Write()
        {
            var changes = Stamps.Changes;
            Log.Sync(Log.Write(new LogBatch(null, [], Log.Record with { Stamps = Stamps.ToRecord() }, SequenceNumber.Zero)));
            Stamps.OnDurable(changes, Now);
        }

        public void Prove()
        {
            Write();
            Confirm(2, 3);
            Write();
            _outbox.ClearMessages();
        }

        public void Wait(TimeSpan time)
        {
            Now += time;
            Stamps.OnTimer(Now);
        }

        public void Confirm(params byte[] members)
        {
            foreach (var member in members)
                Answer(member, Stamps.Own, Stamps.Own);
        }

        public void Answer(byte member, FolderStamp stamp, FolderStamp known, params PeerStamp[] others) =>
            Stamps.OnAnswer(
                NodeId.Replica(member),
                new StampAck(stamp, known, new Incarnation(member), new FolderStamp(1, 1), others),
                View.None,
                Now);

        /// <summary>
        /// Another member asks to have its stamp noted. Gives the stamp in the answer that this member sends when its disk is
        /// written; null if it does not answer.
        /// </summary>
        public FolderStamp? Ask(byte member, Incarnation incarnation, FolderStamp stamp)
        {
            Stamps.OnRequest(NodeId.Replica(member), new StampReq(incarnation, stamp), View.None);
            Write();
            return TakeAnswers().LastOrDefault()?.Known;
        }

        public string[] TakeRequests() => [.. Take<StampReq>().Select(sent => $"{sent.To} {((StampReq)sent.Message).Stamp.Number}")];

        public List<StampAck> TakeAnswers() => [.. Take<StampAck>().Select(sent => (StampAck)sent.Message)];

        private List<Outgoing> Take<T>()
        {
            var sent = _outbox.Messages.Where(sent => sent.Message is T).ToList();
            _outbox.ClearMessages();
            return sent;
        }
    }
}
