using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;
using Dams.Tests.Simulated;

namespace Dams.Tests.Agreement;

/// <summary>The snapshots of the agreed state that a manager keeps, saves and fetches.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AgreedSnapshotsTests
{
    private const long JoinedAt = 7;

    private static readonly ManagerOptions s_options = AgreementScript.Rules with { SnapshotEntries = 2 };
    private static readonly Epoch s_epoch = Epoch.Of(1, 1);

    private static readonly GroupOptions s_group = new()
    {
        Group = GroupId.Managers,
        Members = [1, 2, 3, 4],
        Sequencers = [1],
        FrontEnds = [1],
        ConfirmationsNeeded = 0,
    };

    private readonly LeaveRequester _group = new(s_group, new Outbox());
    private readonly RecordingAccess _access = new();
    private readonly AgreedState _state = new(s_options);

    [Test]
    public void A_snapshot_is_saved_only_when_the_log_up_to_it_is_durable()
    {
        var snapshots = SnapshotsOf(MemberOf(LogOf(entries: 3)));
        Apply(snapshots, 1, 2);
        snapshots.Follow(default);
        Assert.That(SavedAt, Is.EqualTo(new[] { 2 }));
        snapshots.OnSaved(_access.Saved[0]);
        Apply(snapshots, 3, 4);
        snapshots.Follow(default);
        Assert.That(SavedAt, Is.EqualTo(new[] { 2 }), "the log on disk ends at entry 3");
    }

    [Test]
    public void One_snapshot_is_saved_at_a_time_and_then_the_newest()
    {
        var snapshots = SnapshotsOf(MemberOf(LogOf(entries: 6)));
        Apply(snapshots, 1, 2);
        snapshots.Follow(default);
        Apply(snapshots, 3, 6);
        snapshots.Follow(default);
        Assert.That(SavedAt, Is.EqualTo(new[] { 2 }));
        Assert.That(snapshots.OnSaved(_access.Saved[0]), Is.False, "nobody waits for it");
        snapshots.Follow(default);
        Assert.That(SavedAt, Is.EqualTo(new[] { 2, 6 }));
    }

    [Test]
    public void The_states_at_the_last_eight_JOINs_are_kept_for_the_joiners()
    {
        var snapshots = SnapshotsOf(MemberOf(LogOf(entries: 0)));
        for (var seq = 1; seq <= 9; seq++)
        {
            snapshots.OnApplied(new Entry(new SequenceNumber(seq), s_epoch, 0, EntryKind.Join, Chain.Genesis,
                new MembershipChange(2, new Incarnation((ulong)seq)).ToRequest(EntryKind.Join, 1)));
        }

        Assert.That(Enumerable.Range(1, 9).Where(seq => snapshots.FindAt(seq) is null), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void A_joiner_begins_from_the_state_at_its_JOIN_once_that_is_on_disk()
    {
        var snapshots = SnapshotsOf(Joiner());
        snapshots.Follow(default);
        snapshots.Follow(default);
        Assert.That(_access.SnapshotsAsked, Is.EqualTo(new[] { JoinedAt }), "one question at a time");
        var given = _state.ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, Restart));
        Assert.That(snapshots.OnFetched(JoinedAt, [given, given]), Is.False);
        Assert.That(SavedAt, Is.EqualTo(new[] { JoinedAt }));
        Assert.That(snapshots.OnSaved(given));
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.OneVoucherIsEnough))]
    public void A_snapshot_that_only_one_of_three_managers_gives_is_not_believed()
    {
        var snapshots = SnapshotsOf(Joiner());
        snapshots.Follow(default);
        var given = _state.ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, Restart));
        var lie = given with { Seats = [given.Seats[0] with { VersionTurns = 7 }, .. given.Seats.Skip(1)] };
        snapshots.OnFetched(JoinedAt, [lie]);
        Assert.That((SavedAt.Count(), snapshots.DisputedAt), Is.EqualTo((0, (long?)null)), "the others have not answered");
        snapshots.OnFetched(JoinedAt, [lie, given]);
        Assert.That((SavedAt.Count(), snapshots.DisputedAt), Is.EqualTo((0, (long?)JoinedAt)), "nobody can say which is right");
        snapshots.OnFetched(JoinedAt, [lie, given, given]);
        Assert.That((_access.Saved.Single().Seats[0].VersionTurns, snapshots.DisputedAt), Is.EqualTo((0, (long?)null)));
    }

    [Test]
    public void A_snapshot_of_another_entry_vouches_for_nothing()
    {
        var snapshots = SnapshotsOf(Joiner());
        snapshots.Follow(default);
        var given = _state.ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, Restart));
        snapshots.OnFetched(JoinedAt, [given, given with { Seq = JoinedAt + 1 }, given with { Seq = JoinedAt + 1 }]);
        Assert.That(SavedAt, Is.Empty);
    }

    // Nobody else is there to compare it with, and that manager commits alone.
    [Test]
    public void The_only_other_manager_of_the_view_is_believed_alone()
    {
        var snapshots = SnapshotsOf(Joiner(others: 1));
        snapshots.Follow(default);
        snapshots.OnFetched(JoinedAt, [_state.ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, Restart))]);
        Assert.That(SavedAt, Is.EqualTo(new[] { JoinedAt }));
    }

    [Test]
    public void Bytes_beyond_the_limit_are_no_snapshot()
    {
        var given = _state.ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, Restart));
        Assert.That(AgreedSnapshot.TryRead(given.ToJson()), Is.Not.Null);
        byte[] huge = [.. given.ToJson(), .. Enumerable.Repeat((byte)' ', AgreedSnapshot.BytesMax)];
        Assert.That(AgreedSnapshot.TryRead(huge), Is.Null, "only white space was added");
    }

    // The longest state that there can be in practice: the bound must not keep a manager from joining.
    [Test]
    public void The_longest_state_is_within_the_limit()
    {
        var longest = new AgreedEvent(1, 1, AgreedEventKind.Alarm, 1, new string('x', 600));
        var given = _state.ToSnapshot(ManagerScript.EntryOf(JoinedAt, Chain.Genesis, Restart)) with
        {
            Events = [.. Enumerable.Repeat(longest, s_options.EventsMax)],
            Cases = [.. Enumerable.Range(1, 100).Select(i => new Case(i, 1, 1, CaseKind.Wrong, 1, [1, 2, 3]))],
        };
        Assert.That(given.ToJson(), Has.Length.LessThan(AgreedSnapshot.BytesMax / 4));
    }

    [Test]
    public void A_joiner_gives_a_snapshot_up_that_nobody_could_give_ten_times()
    {
        var snapshots = SnapshotsOf(Joiner());
        for (var i = 1; i < 10; i++)
            Assert.That(snapshots.OnFetched(JoinedAt, []), Is.False);
        Assert.That(snapshots.OnFetched(JoinedAt + 1, []), Is.False, "an answer about another JOIN");
        Assert.That(snapshots.OnFetched(JoinedAt, []));
    }

    private static RestartReport Restart => new(3, AgreementScript.IncarnationOf(3), 1);

    private IEnumerable<long> SavedAt => _access.Saved.Select(saved => saved.Seq);

    private static void Apply(AgreedSnapshots snapshots, long first, long last)
    {
        for (var seq = first; seq <= last; seq++)
            snapshots.OnApplied(ManagerScript.EntryOf(seq, Chain.Genesis, Restart));
    }

    private static SimulatedLog LogOf(int entries)
    {
        var log = new SimulatedLog(new Incarnation(1));
        var chain = Chain.Genesis;
        for (var seq = 1; seq <= entries; seq++)
        {
            var entry = ManagerScript.EntryOf(seq, chain, Restart);
            chain = entry.Chain;
            log.Write(new LogBatch(null, [entry], null, entry.Seq));
        }

        return log;
    }

    private static (GroupMember Member, SimulatedLog Log) MemberOf(SimulatedLog log)
    {
        var member = new GroupMember(s_group, 1, log, new Outbox(), new Consumer(), 1);
        member.Start(default);
        return (member, log);
    }

    private (GroupMember Member, SimulatedLog Log) Joiner(int others = 3)
    {
        var (member, log) = MemberOf(LogOf(entries: 0));
        var seq = new SequenceNumber(JoinedAt);
        var voters = Enumerable.Range(2, others).Select(id =>
            new ViewMember((byte)id, new Incarnation((ulong)id), SequenceNumber.Zero, SequenceNumber.Zero));
        var sync = new Sync(seq, seq, SequenceNumber.Zero, new SequenceNumber(1), false,
            new View(seq, [new ViewMember(1, new Incarnation(1), null, seq), .. voters]));
        var envelope = new Envelope(NodeId.Sequencer(1), new BootId(1), s_epoch);
        member.OnMessage(envelope, sync, default);
        _group.OnMessage(envelope, sync, default);
        Assert.That(member.SnapshotWanted, Is.EqualTo(seq));
        return (member, log);
    }

    private AgreedSnapshots SnapshotsOf((GroupMember Member, SimulatedLog Log) of) =>
        new(s_options, of.Member, of.Log, _group, _state, _access, SequenceNumber.Zero);

    private sealed class Consumer : IEntryConsumer
    {
        public void OnDelivered(Entry entry, Instant now)
        {
        }

        public void OnSkipped(Entry entry, Instant now)
        {
        }
    }
}
