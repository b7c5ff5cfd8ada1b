using System.Runtime.CompilerServices;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Ordering.Messages;

/// <summary>
/// One message of each type. A line of golden-messages.txt holds its bytes. Once a release is out, that file is append-only:
/// if a line changes, a running cluster can't be upgraded. <c>DAMS_GOLDEN=write</c> rewrites the file.
/// </summary>
internal static class GoldenMessages
{
    private static readonly RequestKey Key = new(2, 0x1112131415161718, 0x2122232425262728);
    private static readonly Claim Claim = new(Epoch.Of(5, 2), new BootId(0x3132333435363738));
    private static readonly Incarnation Incarnation = new(0x4142434445464748);
    private static readonly Digest Digest = new(new UInt128(1, 2), new UInt128(3, 4));
    private static readonly Request Request = new(Key, 2, new BootId(9), 7, 3, Digest, new byte[] { 0xAA, 0xBB });
    private static readonly Entry Entry =
        new(new SequenceNumber(300), Epoch.Of(5, 2), 1_700_000_000_000, EntryKind.Join, new Chain(new UInt128(5, 6)), Request);
    private static readonly View View = new(new SequenceNumber(12),
    [
        new ViewMember(1, Incarnation, new SequenceNumber(3), new SequenceNumber(2)),
        new ViewMember(4, Incarnation, null, new SequenceNumber(9)),
    ]);
    private static readonly MemberProgress Progress =
        new(Incarnation, new SequenceNumber(30), new SequenceNumber(20), new SequenceNumber(10));

    public static bool ShouldWrite => Environment.GetEnvironmentVariable("DAMS_GOLDEN") == "write";

    public static readonly IReadOnlyList<(MessageType Type, Message Message)> Samples =
    [
        (MessageType.Req, new Req(Request)),
        (MessageType.ReqAck, new ReqAck(Key, ReqAckStatus.Busy, 250)),
        (MessageType.Order, new Order(Entry)),
        (MessageType.Stored, new Stored(Progress)),
        (MessageType.Commit, new Commit(new SequenceNumber(9), new SequenceNumber(8), new SequenceNumber(7))),
        (MessageType.Nak, new Nak(new SequenceNumber(5), 0x8000000000000001)),
        (MessageType.Retrans, new Retrans(Entry)),
        (MessageType.Sync,
            new Sync(new SequenceNumber(9), new SequenceNumber(8), new SequenceNumber(7), new SequenceNumber(6), true, View)),
        (MessageType.State, new State(Progress, 77)),
        (MessageType.Reply, new ReplyMessage(
            Key, new SequenceNumber(5), Incarnation, new SequenceNumber(6), 3, Digest, Digest, new byte[] { 0xCC }, true)),
        (MessageType.Resend, new Resend(Key, new SequenceNumber(5), 2)),
        (MessageType.Missing, new Missing(Key, new SequenceNumber(5))),
        (MessageType.SeqSuspect, new SeqSuspect(Epoch.Of(5, 2), Incarnation, 600)),
        (MessageType.Prepare, new Prepare(Claim)),
        (MessageType.Promise, new Promise(
            Claim, Incarnation, Epoch.Of(4, 1), new SequenceNumber(40), new Chain(1), new SequenceNumber(39), new SequenceNumber(38),
            1_700_000_000_000, View)),
        (MessageType.Fetch, new Fetch(new SequenceNumber(3), new SequenceNumber(4))),
        (MessageType.Fetched, new Fetched(new SequenceNumber(299), new SequenceNumber(7), Entry)),
        (MessageType.NewView, new NewView(Claim, new SequenceNumber(40), new Chain(1), new SequenceNumber(39), 1_700_000_000_000, 3, View)),
        (MessageType.NewViewAck, new NewViewAck(Claim, Progress)),
        (MessageType.Refused, new Refused(Claim)),
        (MessageType.GetView, new GetView(Epoch.Of(5, 2))),
        (MessageType.ViewSummary, new ViewSummary(Incarnation, Claim, Claim, true, View)),
        (MessageType.JoinReq, new JoinReq(Incarnation, new SequenceNumber(12))),
        (MessageType.CaughtUp, new CaughtUp(Incarnation, new SequenceNumber(12), new SequenceNumber(40))),
        (MessageType.LeaveReq, new LeaveReq(3, Incarnation, 99, false)),
        (MessageType.HandOver, new HandOver(Epoch.Of(5, 2))),
        (MessageType.SkipReq, new SkipReq(new SequenceNumber(17))),
        (MessageType.SkipStatus, new SkipStatus(new SequenceNumber(17), SkipOutcome.Collecting, View)),
        (MessageType.SkipAsk, new SkipAsk(new SequenceNumber(17), true)),
        (MessageType.SkipVote, new SkipVote(new SequenceNumber(17), Incarnation, SkipAnswer.Promised, View)),
        (MessageType.StampReq, new StampReq(Incarnation, new FolderStamp(7, 0x1111AAAA))),
        (MessageType.StampAck, new StampAck(
            new FolderStamp(7, 0x1111AAAA), new FolderStamp(8, 0x2222BBBB), Incarnation, new FolderStamp(3, 0x3333CCCC),
            [new PeerStamp(4, Incarnation, new FolderStamp(9, 0x4444DDDD))])),
    ];

    public static string Path([CallerFilePath] string source = "") =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(source)!, "golden-messages.txt");
}
