using System.Numerics;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>The text of a message in a line of a trace, for readers who learn the protocol.</summary>
internal static class MessageText
{
    /// <summary>The name by which a script matches a message.</summary>
    public static string TypeOf(Message message) => message is ReplyMessage ? nameof(MessageType.Reply) : message.GetType().Name;

    /// <summary>The number of the entry that a message carries; zero for most messages.</summary>
    public static SequenceNumber NumberOf(Message message) => message switch
    {
        Order m => m.Entry.Seq,
        Retrans m => m.Entry.Seq,
        Fetched m => m.Entry.Seq,
        _ => SequenceNumber.Zero,
    };

    public static string Of(Message message) => TypeOf(message) + message switch
    {
        Req m => $" {m.Request.Key.Low}",
        ReqAck { Status: ReqAckStatus.NotSequencer } m => $" {m.Key.Low} NotSequencer{(m.Argument > 0 ? $" (ask seq{m.Argument})" : "")}",
        ReqAck { Status: ReqAckStatus.Ordered or ReqAckStatus.Duplicate } m => $" {m.Key.Low} {m.Status} #{m.Argument}",
        ReqAck m => $" {m.Key.Low} {m.Status}",
        Order m => Of(m.Entry),
        Retrans m => Of(m.Entry),
        Fetched m => Of(m.Entry),
        Stored m => $" up to #{m.Progress.Durable}",
        State m => $" on disk up to #{m.Progress.Durable}",
        Commit m => $" up to #{m.CommitSeq}",
        Sync m => $" last #{m.MaxSeq} committed #{m.CommitSeq}",
        Nak m => $" {Missing(m)}",
        ReplyMessage m => $" {m.Key.Low} #{m.Seq}",
        Resend m => $" {m.Key.Low} #{m.Seq}",
        Dams.Ordering.Messages.Missing m => $" {m.Key.Low} #{m.Seq}",
        SeqSuspect m => $" e{m.Epoch}",
        Prepare m => $" e{m.Claim.Epoch}",
        Promise m => $" e{m.Claim.Epoch} (installed {(m.Installed == Epoch.None ? "none" : $"e{m.Installed}")}, log to #{m.Last})",
        Fetch m => $" #{m.From}..#{m.To}",
        NewView m => $" e{m.Claim.Epoch} tail #{m.Tail}",
        NewViewAck m => $" e{m.Claim.Epoch} up to #{m.Progress.Durable}",
        Refused m => $" (promised e{m.Promised.Epoch})",
        JoinReq m => $" {m.Incarnation}{(m.After > SequenceNumber.Zero ? $" instead of #{m.After}" : "")}",
        CaughtUp m => $" {m.Incarnation} executed #{m.Executed}",
        LeaveReq m => $" r{m.Member}:{m.Incarnation}{(m.IsForced ? " forced" : "")}",
        HandOver m => $" e{m.Epoch}",
        SkipReq m => $" #{m.Seq}",
        SkipStatus { WaitedFor.Members.Count: > 0 } m =>
            $" #{m.Seq} {m.Outcome}, waits for "
            + string.Join(" ", m.WaitedFor.Members.Select(member => $"r{member.Id}:{member.Incarnation}")),
        SkipStatus m => $" #{m.Seq} {m.Outcome}",
        SkipAsk m => $" #{m.Seq}{(m.IsUrgent ? " urgently" : "")}",
        SkipVote m => $" #{m.Seq} {m.Answer}",
        StampReq m => $" {m.Incarnation} stamp {m.Stamp.Number}",
        StampAck m => m.Known == m.Stamp
            ? $" stamp {m.Stamp.Number} noted"
            : $" stamp {m.Stamp.Number} refused (stamp {m.Known.Number} is known)",
        _ => "",
    };

    private static string Of(Entry entry) => $" #{entry.Seq} e{entry.Epoch} " + (MembershipChange.TryRead(entry, out var change)
        ? $"{entry.Kind.ToString().ToUpperInvariant()} r{change.Member}:{change.Incarnation}"
        : SkippedEntry.TryRead(entry, out var skipped) ? $"SKIP #{skipped.Seq}"
        : $"request {entry.Request.Key.Low}");

    private static string Missing(Nak nak)
    {
        var numbers = new List<string>();
        for (var rest = nak.Bitmap; rest != 0; rest &= rest - 1)
            numbers.Add($"#{nak.From + BitOperations.TrailingZeroCount(rest)}");
        return string.Join(" ", numbers);
    }
}
