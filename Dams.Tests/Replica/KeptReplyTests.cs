using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Replica.Core;
using Dams.Replica.Versions.Ledger;

namespace Dams.Tests.Replica;

/// <summary>The replies that a replica keeps, and how long it keeps them.</summary>
internal sealed class KeptReplyTests
{
    private static readonly ReplicaCoreOptions s_few = new() { CheckpointEntries = 4, RepliesKept = 4 };

    // The replies to an entry that kills, or a checkpoint behind it, show whether others have passed it.
    [Test]
    public void Options_that_keep_fewer_replies_than_entries_between_checkpoints_are_rejected()
    {
        Assert.That(
            () => new ReplicaCore(new LedgerEngine(), s_few with { CheckpointEntries = 50, RepliesKept = 49 }, new Nobody()),
            Throws.ArgumentException.With.Message.Contains("49").And.Message.Contains("50"));
        Assert.That(
            () => new ReplicaCore(new LedgerEngine(), s_few with { CheckpointEntries = 50, RepliesKept = 50 }, new Nobody()),
            Throws.Nothing);
    }

    [Test]
    public void Options_that_allow_longer_replies_than_fit_a_datagram_are_rejected() => Assert.That(
        () => new ReplicaCore(new LedgerEngine(), s_few with { ReplyBytesMax = ReplyMessage.ResultBytesMax + 1 }, new Nobody()),
        Throws.InstanceOf<ArgumentException>());

    // The reply to a repeat carries the first number. A long reply is sent as a digest, and the front end fetches the body by that
    // number.
    [Test]
    public void A_writes_reply_is_found_by_its_number_for_as_long_as_its_request_is_remembered()
    {
        var core = new ReplicaCore(new LedgerEngine(), s_few, new Nobody());
        var first = Next(core, Add(1));
        core.OnDelivered(first, default);
        var reply = core.FindReply(first.Seq)!.Result;
        for (var day = 2; day <= 20; day++)
            core.OnDelivered(Next(core, Add(day)), default);
        Assert.That(
            (core.RepliesKept, core.FindReply(first.Seq)?.Result, core.FindReply(first.Seq)?.Key),
            Is.EqualTo((4, reply, first.Request.Key)));
    }

    [Test]
    public void A_reads_reply_is_dropped_once_enough_newer_replies_are_kept()
    {
        var core = new ReplicaCore(new LedgerEngine(), s_few, new Nobody());
        var first = Next(core, new ListAppointmentAvailability(default, AppointmentType.Dental));
        core.OnDelivered(first, default);
        Assert.That(core.FindReply(first.Seq), Is.Not.Null);
        for (var day = 1; day <= 4; day++)
            core.OnDelivered(Next(core, Add(day)), default);
        Assert.That(core.FindReply(first.Seq), Is.Null);
    }

    /// <summary>Makes the next entry, from a client that gives each request an id of its own.</summary>
    private static Entry Next(ReplicaCore core, Command command)
    {
        var (seq, opcode, payload) = (core.Executed.Next, CommandCodec.OpcodeOf(command), CommandCodec.Encode(command));
        var request = new Request(
            new RequestKey(0, 7, (ulong)seq.Value), 1, new BootId(1), 1, opcode, Request.DigestOf(opcode, payload), payload);
        return new Entry(seq, Epoch.Of(1, 1), seq.Value, EntryKind.Operation, core.ExecutedChain, request);
    }

    private static AddAppointment Add(int day) => new(
        new CallerId(true, default, 1),
        new Slot(new AppointmentId(Hospital.MTL, new DateOnly(2025, 1, day), TimeOfDay.Morning), AppointmentType.Dental),
        1);

    private sealed class Nobody : IReplySink
    {
        public void OnReply(StoredReply reply, byte frontEnd)
        {
        }
    }
}
