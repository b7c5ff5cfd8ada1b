using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting;
using Dams.Replica.Versions.Ledger;
using Dams.Tests.Ordering.Driver;
using Dams.Tests.Simulated;

namespace Dams.Tests.Lab;

/// <summary>The replies of a replica that lies or is slow; its state stays right.</summary>
internal sealed class FaultyReplicaTests : IReplySink
{
    private static readonly Slot s_slot =
        new(new AppointmentId(Hospital.MTL, new DateOnly(2030, 3, 4), TimeOfDay.Morning), AppointmentType.Dental);

    private static readonly PatientId s_patient = new(Hospital.MTL, 1);
    private static readonly CallerId s_caller = new(false, Hospital.MTL, 1);
    private static readonly BookAppointment s_book = new(s_caller, s_patient, s_slot);
    private static readonly CancelAppointment s_cancel = new(s_caller, s_patient, s_slot.Id);
    private static readonly GetAppointmentSchedule s_look = new(s_caller, s_patient);

    private TestCore _inner = null!;
    private SimulatedLog _log = null!;
    private ReplicaCore _core = null!;
    private ReplicaLies _lies = null!;
    private FaultyReplica _replica = null!;
    private Chain _chain;
    private long _milliseconds;

    private Instant Now => new(_milliseconds * TimeSpan.TicksPerMillisecond, 0);

    [SetUp]
    public void MakeReplica()
    {
        (_inner, _log, _chain, _milliseconds) = (new TestCore(), new SimulatedLog(new Incarnation(1)), default, 1);
        _core = new ReplicaCore(new LedgerEngine(), new ReplicaCoreOptions(), this);
        _lies = new ReplicaLies(new ReplicaTruth(_core, () => new LedgerEngine()), _log);
        _replica = new FaultyReplica(_inner, _inner.Outbox, _lies);
        Execute(new AddAppointment(new CallerId(true, Hospital.MTL, 1), s_slot, 2));
        Sent();
    }

    [TearDown]
    public void DropReplica() => _lies.Dispose();

    void IReplySink.OnReply(StoredReply reply, byte frontEnd) => _inner.Outbox.Send(
        NodeId.FrontEnd(frontEnd),
        default,
        new ReplyMessage(
            reply.Key, reply.Seq, new Incarnation(1), reply.Seq, 0, reply.RequestDigest, reply.ResultDigest, reply.Result, true));

    [Test]
    public void Without_a_fault_everything_passes_at_once_and_in_order()
    {
        _inner.Outbox.Send(NodeId.Sequencer(1), new Epoch(1), new GetView(new Epoch(1)));
        Execute(s_book);
        _inner.Outbox.WantFlush(5);
        Assert.That(_replica.NextDeadline, Is.EqualTo(default(Instant)), "work done outside a turn is not forgotten");
        _replica.OnBatchEnd(Now);
        Assert.That(
            _replica.Outbox.Messages.Select(message => message.Message.GetType()),
            Is.EqualTo(new[] { typeof(GetView), typeof(ReplyMessage) }));
        Assert.That(_replica.Outbox.TakeFlush(), Is.EqualTo(5));
        Assert.That(_replica.NextDeadline, Is.EqualTo(Instant.Never));
    }

    [Test]
    public void An_outcome_lie_changes_the_outcome_of_the_given_number_of_writes()
    {
        _lies.Begin(LieKind.Outcome, 2);
        var digest = _core.Digest();
        Assert.That(Answer(s_look), Is.EqualTo(new ScheduleReply([])), "a read has no outcome");
        Assert.That(_core.Digest(), Is.EqualTo(digest));
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Full)));
        Assert.That(Answer(s_cancel), Is.EqualTo(new CancelReply(CancelOutcome.NotBooked, null)));
        Assert.That(_lies.Kind, Is.Null);
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Booked)), "the booking was really cancelled");
        Assert.That(_lies.Count, Is.EqualTo(2));
    }

    [Test]
    public void A_field_lie_keeps_the_outcome()
    {
        _lies.Begin(LieKind.Field, null);
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Booked)));
        Assert.That(Answer(s_look), Is.EqualTo(new ScheduleReply([])));
        Assert.That(
            Answer(new ListAppointmentAvailability(s_caller, AppointmentType.Dental)),
            Is.EqualTo(new ListReply([new SlotAvailability(s_slot, 2, 0)])));
        Assert.That(Answer(s_cancel), Is.EqualTo(new CancelReply(CancelOutcome.Cancelled, AppointmentType.Physician)));
    }

    [Test]
    public void A_stale_reply_comes_from_the_state_at_the_beginning_of_the_lie()
    {
        _lies.Begin(LieKind.Stale, null);
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Booked)));
        Assert.That(Answer(s_look), Is.EqualTo(new ScheduleReply([])));
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Booked)), "the old state does not change");
        Assert.That(Answer(s_cancel), Is.EqualTo(new CancelReply(CancelOutcome.NotBooked, null)));
        Assert.That(_lies.Count, Is.EqualTo(3), "a reply that is the same on the old state is no lie");
    }

    [Test]
    public void A_late_lie_is_wrong_and_comes_after_the_answer()
    {
        _lies.Begin(LieKind.Late, 1);
        Execute(s_book);
        Assert.That(Sent(), Is.Empty);
        Assert.That(_replica.NextDeadline, Is.EqualTo(Now + FaultyReplica.LateBy));
        Assert.That(Answer(s_look), Is.EqualTo(new ScheduleReply([s_slot])), "right replies are not delayed");
        _milliseconds += (long)FaultyReplica.LateBy.TotalMilliseconds;
        Assert.That(Sent().Single(), Is.EqualTo(new BookReply(BookOutcome.Full)));
        Assert.That(Stored(2), Is.EqualTo(new BookReply(BookOutcome.Full)));
    }

    [Test]
    public void A_two_faced_replica_stores_the_right_reply_and_other_liars_store_the_wrong_one()
    {
        _lies.Begin(LieKind.TwoFaced, 1);
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Full)));
        Assert.That(Stored(2), Is.Null, "nothing is stored instead of the right reply");
        _lies.Begin(LieKind.Outcome, 1);
        Assert.That(Answer(s_cancel), Is.EqualTo(new CancelReply(CancelOutcome.NotBooked, null)));
        Assert.That(Stored(3), Is.EqualTo(new CancelReply(CancelOutcome.NotBooked, null)));
    }

    [Test]
    public void A_number_lie_sends_the_right_reply_to_a_write_under_several_wrong_numbers()
    {
        _lies.Begin(LieKind.Number, 2);
        Assert.That(Answer(s_look), Is.EqualTo(new ScheduleReply([])), "a read is answered as usual");
        Execute(s_book);
        var message = (ReplyMessage)_inner.Outbox.Messages.Single().Message;
        _replica.OnBatchEnd(Now);
        var told = _replica.Outbox.Messages.Select(sent => (ReplyMessage)sent.Message).ToList();
        _replica.Outbox.ClearMessages();
        Assert.That(told.Select(reply => reply.Seq.Value), Is.EqualTo(new[] { 1_003, 2_003, 3_003, 4_003, 5_003 }));
        Assert.That(told.Select(reply => reply with { Seq = message.Seq, Result = message.Result }), Is.All.EqualTo(message));
        Assert.That(told.Select(reply => Decode(reply.Result.Span)), Is.All.EqualTo(new BookReply(BookOutcome.Booked)));
        Assert.That((Stored(3), _lies.Count), Is.EqualTo(((Reply?)null, 1L)));
        _lies.End();
        _inner.Outbox.Send(NodeId.FrontEnd(1), default, message);
        Assert.That(Sent(), Has.Count.EqualTo(FaultyReplica.MadeUpNumbers), "the wrong numbers are sent again");
    }

    [Test]
    public void A_wrong_reply_is_repeated_even_after_the_end_of_the_lie()
    {
        _lies.Begin(LieKind.Outcome, null);
        Execute(s_book);
        var message = (ReplyMessage)_inner.Outbox.Messages.Single().Message;
        Assert.That(Sent().Single(), Is.EqualTo(new BookReply(BookOutcome.Full)));
        _lies.End();
        _inner.Outbox.Send(NodeId.FrontEnd(1), default, message);
        Assert.That(Sent().Single(), Is.EqualTo(new BookReply(BookOutcome.Full)));
        Assert.That(_lies.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_state_lie_leaves_replies_right_and_is_the_same_for_every_asker()
    {
        _lies.Begin(LieKind.State, 1);
        Assert.That(Answer(s_book), Is.EqualTo(new BookReply(BookOutcome.Booked)));
        Assert.That(_lies.IsAboutState, Is.True);
        Assert.That(_lies.IsFalseCheckpoint(1_000), Is.True);
        Assert.That(_lies.IsFalseCheckpoint(1_000), Is.True);
        Assert.That(_lies.IsFalseCheckpoint(2_000), Is.False);
        Assert.That((_lies.IsAboutState, _lies.Count), Is.EqualTo((false, 1L)));
    }

    [Test]
    public void A_slow_replica_delays_all_its_replies_and_nothing_else()
    {
        _replica.Slow = TimeSpan.FromMilliseconds(200);
        _inner.Outbox.Send(NodeId.Sequencer(1), default, new GetView(default));
        Execute(s_book);
        _replica.OnBatchEnd(Now);
        Assert.That(_replica.Outbox.Messages.Single().Message, Is.TypeOf<GetView>());
        _replica.Outbox.ClearMessages();
        _milliseconds += 199;
        Assert.That(Sent(), Is.Empty);
        _milliseconds++;
        Assert.That(Sent().Single(), Is.EqualTo(new BookReply(BookOutcome.Booked)));
    }

    private void Execute(Command command)
    {
        var (opcode, payload) = (CommandCodec.OpcodeOf(command), CommandCodec.Encode(command));
        var seq = _core.Executed.Next;
        var request = new Request(
            new RequestKey(1, 9, (ulong)seq.Value), 1, new BootId(9), 1, opcode, Request.DigestOf(opcode, payload), payload);
        var entry = new Entry(seq, Epoch.Of(1, 1), 0, EntryKind.Operation, _chain, request);
        _chain = entry.Chain;
        _log.Write(new LogBatch(null, [entry], null, default));
        _core.OnDelivered(entry, Now);
    }

    private Reply Answer(Command command)
    {
        Execute(command);
        return Sent().Single();
    }

    private List<Reply> Sent()
    {
        _replica.OnTimer(Now);
        _replica.OnBatchEnd(Now);
        var sent = _replica.Outbox.Messages.Select(message => (ReplyMessage)message.Message).ToList();
        _replica.Outbox.ClearMessages();
        Assert.That(
            sent.Select(message => message.ResultDigest),
            Is.EqualTo(sent.Select(message => Digest.Of(message.Result.Span))),
            "a wrong reply has the digest of its own result");
        return [.. sent.Select(message => Decode(message.Result.Span))];
    }

    private Reply? Stored(long seq) => _lies.StoredInsteadOf(new SequenceNumber(seq)) is { } told ? Decode(told.Result) : null;

    private static Reply Decode(ReadOnlySpan<byte> bytes)
    {
        Assert.That(ReplyCodec.TryDecode(bytes, out var reply), Is.True);
        return reply!;
    }
}
