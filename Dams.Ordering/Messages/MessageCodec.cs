using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Dams.Bytes;

namespace Dams.Ordering.Messages;

/// <summary>
/// Writes and reads the bytes of messages. A message is framed as <c>type u8, length u16, body</c>; several messages
/// share a datagram. Everything is little-endian except digests and chain values, which are byte strings. Reading is
/// total: any bytes give a message or false, never an exception.
/// </summary>
public static class MessageCodec
{
    /// <summary>Type and length in front of each body, in bytes.</summary>
    public const int FrameSize = 3;

    /// <summary>No framed message is longer, in bytes: an ORDER with the longest payload or a REPLY with the longest result.</summary>
    public const int FramedBytesMax = 1_130;

    /// <summary>Writes one framed message into a span of at least <see cref="FramedBytesMax"/> bytes.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> destination, Message message)
    {
        var writer = new ByteWriter(destination) { Position = FrameSize };
        var type = WriteBody(ref writer, message);
        destination[0] = (byte)type;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], checked((ushort)(writer.Position - FrameSize)));
        return writer.Position;
    }

    /// <summary>Reads the next framed message of a datagram's body.</summary>
    /// <param name="bytes">The unread rest of the body. On success it becomes the rest after the message.</param>
    /// <param name="message">The message; null if there is none.</param>
    /// <returns>False if the bytes are not a message. The caller then drops the rest of the datagram.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Message? message)
    {
        message = null;
        if (bytes.Length < FrameSize)
            return false;
        var type = (MessageType)bytes[0];
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]);
        if (bytes.Length - FrameSize < length)
            return false;
        var reader = new ByteReader(bytes.Slice(FrameSize, length));
        var read = ReadBody(type, ref reader);
        if (read is null || !reader.IsComplete)
            return false;
        bytes = bytes[(FrameSize + length)..];
        message = read;
        return true;
    }

    private static MessageType WriteBody(ref ByteWriter w, Message message)
    {
        switch (message)
        {
            case Req m: w.Request(m.Request); return MessageType.Req;
            case ReqAck m: w.Key(m.Key); w.Byte((byte)m.Status); w.Int64(m.Argument); return MessageType.ReqAck;
            case Order m: w.Entry(m.Entry); return MessageType.Order;
            case Stored m: w.Progress(m.Progress); return MessageType.Stored;
            case Commit m: w.Seq(m.MaxSeq); w.Seq(m.CommitSeq); w.Seq(m.GcSeq); return MessageType.Commit;
            case Nak m: w.Seq(m.From); w.UInt64(m.Bitmap); return MessageType.Nak;
            case Retrans m: w.Entry(m.Entry); return MessageType.Retrans;
            case Sync m:
                w.Seq(m.MaxSeq); w.Seq(m.CommitSeq); w.Seq(m.GcSeq); w.Seq(m.HistoryFrom); w.Bool(m.MustAnswer); w.View(m.View);
                return MessageType.Sync;
            case State m: w.Progress(m.Progress); w.Int32(m.QueueDepth); return MessageType.State;
            case ReplyMessage m:
                w.Key(m.Key); w.Seq(m.Seq); w.Incarnation(m.Incarnation); w.Seq(m.At); w.Byte(m.Engine);
                w.Digest(m.RequestDigest); w.Digest(m.ResultDigest); w.Bool(m.HasResult);
                if (m.HasResult)
                    w.Span(m.Result.Span);
                return MessageType.Reply;
            case Resend m: w.Key(m.Key); w.Seq(m.Seq); w.Byte(m.FrontEnd); return MessageType.Resend;
            case Missing m: w.Key(m.Key); w.Seq(m.Seq); return MessageType.Missing;
            case SeqSuspect m: w.Epoch(m.Epoch); w.Incarnation(m.Incarnation); w.Int32(m.SilentMilliseconds); return MessageType.SeqSuspect;
            case Prepare m: w.Claim(m.Claim); return MessageType.Prepare;
            case Promise m:
                w.Claim(m.Claim); w.Incarnation(m.Incarnation); w.Epoch(m.Installed); w.Seq(m.Last); w.Chain(m.Chain); w.Seq(m.CommitSeq);
                w.Seq(m.GcSeq); w.Int64(m.Time); w.View(m.View);
                return MessageType.Promise;
            case Fetch m: w.Seq(m.From); w.Seq(m.To); return MessageType.Fetch;
            case Fetched m: w.Seq(m.CommitSeq); w.Seq(m.FirstKept); w.Entry(m.Entry); return MessageType.Fetched;
            case NewView m:
                w.Claim(m.Claim); w.Seq(m.Tail); w.Chain(m.TailChain); w.Seq(m.CommitSeq); w.Int64(m.TimeFloor); w.Byte(m.Source);
                w.View(m.View);
                return MessageType.NewView;
            case NewViewAck m: w.Claim(m.Claim); w.Progress(m.Progress); return MessageType.NewViewAck;
            case Refused m: w.Claim(m.Promised); return MessageType.Refused;
            case GetView m: w.Epoch(m.Epoch); return MessageType.GetView;
            case ViewSummary m:
                w.Incarnation(m.Incarnation); w.Claim(m.Promised); w.Claim(m.Installed); w.Bool(m.HearsSequencer); w.View(m.View);
                return MessageType.ViewSummary;
            case JoinReq m: w.Incarnation(m.Incarnation); w.Seq(m.After); return MessageType.JoinReq;
            case CaughtUp m: w.Incarnation(m.Incarnation); w.Seq(m.JoinedAt); w.Seq(m.Executed); return MessageType.CaughtUp;
            case LeaveReq m:
                w.Byte(m.Member); w.Incarnation(m.Incarnation); w.UInt64(m.Decision); w.Bool(m.IsForced);
                return MessageType.LeaveReq;
            case HandOver m: w.Epoch(m.Epoch); return MessageType.HandOver;
            case SkipReq m: w.Seq(m.Seq); return MessageType.SkipReq;
            case SkipStatus m: w.Seq(m.Seq); w.Byte((byte)m.Outcome); w.View(m.WaitedFor); return MessageType.SkipStatus;
            case SkipAsk m: w.Seq(m.Seq); w.Bool(m.IsUrgent); return MessageType.SkipAsk;
            case SkipVote m:
                w.Seq(m.Seq); w.Incarnation(m.Incarnation); w.Byte((byte)m.Answer); w.View(m.Before);
                return MessageType.SkipVote;
            case StampReq m: w.Incarnation(m.Incarnation); w.Stamp(m.Stamp); return MessageType.StampReq;
            case StampAck m:
                w.Stamp(m.Stamp); w.Stamp(m.Known); w.Incarnation(m.Incarnation); w.Stamp(m.Own); w.PeerStamps(m.Others);
                return MessageType.StampAck;
            default: throw new ArgumentException($"{message.GetType().Name} has no wire form", nameof(message));
        }
    }

    private static Message? ReadBody(MessageType type, ref ByteReader r)
    {
        switch (type)
        {
            case MessageType.Req: return r.Request() is { } request ? new Req(request) : null;
            case MessageType.ReqAck:
                return new ReqAck(r.Key(), (ReqAckStatus)r.ByteBetween((byte)ReqAckStatus.Ordered, (byte)ReqAckStatus.TooBig), r.Int64());
            case MessageType.Order: return r.Entry() is { } ordered ? new Order(ordered) : null;
            case MessageType.Stored: return new Stored(r.Progress());
            case MessageType.Commit: return new Commit(r.Seq(), r.Seq(), r.Seq());
            case MessageType.Nak: return new Nak(r.Seq(), r.UInt64());
            case MessageType.Retrans: return r.Entry() is { } again ? new Retrans(again) : null;
            case MessageType.Sync: return new Sync(r.Seq(), r.Seq(), r.Seq(), r.Seq(), r.Bool(), r.View());
            case MessageType.State: return new State(r.Progress(), r.NonNegativeInt32());
            case MessageType.Reply: return ReadReply(ref r);
            case MessageType.Resend: return new Resend(r.Key(), r.Seq(), r.Byte());
            case MessageType.Missing: return new Missing(r.Key(), r.Seq());
            case MessageType.SeqSuspect: return new SeqSuspect(r.Epoch(), r.Incarnation(), r.NonNegativeInt32());
            case MessageType.Prepare: return new Prepare(r.Claim());
            case MessageType.Promise:
                return new Promise(r.Claim(), r.Incarnation(), r.Epoch(), r.Seq(), r.Chain(), r.Seq(), r.Seq(), r.Int64(), r.View());
            case MessageType.Fetch: return new Fetch(r.Seq(), r.Seq());
            case MessageType.Fetched:
                var commit = r.Seq();
                var firstKept = r.Seq();
                return r.Entry() is { } fetched ? new Fetched(commit, firstKept, fetched) : null;
            case MessageType.NewView: return new NewView(r.Claim(), r.Seq(), r.Chain(), r.Seq(), r.Int64(), r.Byte(), r.View());
            case MessageType.NewViewAck: return new NewViewAck(r.Claim(), r.Progress());
            case MessageType.Refused: return new Refused(r.Claim());
            case MessageType.GetView: return new GetView(r.Epoch());
            case MessageType.ViewSummary: return new ViewSummary(r.Incarnation(), r.Claim(), r.Claim(), r.Bool(), r.View());
            case MessageType.JoinReq: return new JoinReq(r.Incarnation(), r.Seq());
            case MessageType.CaughtUp: return new CaughtUp(r.Incarnation(), r.Seq(), r.Seq());
            case MessageType.LeaveReq: return new LeaveReq(r.Byte(), r.Incarnation(), r.UInt64(), r.Bool());
            case MessageType.HandOver: return new HandOver(r.Epoch());
            case MessageType.SkipReq: return new SkipReq(r.Seq());
            case MessageType.SkipStatus:
                return new SkipStatus(r.Seq(), (SkipOutcome)r.ByteBetween((byte)SkipOutcome.Unneeded, (byte)SkipOutcome.Busy), r.View());
            case MessageType.SkipAsk: return new SkipAsk(r.Seq(), r.Bool());
            case MessageType.SkipVote:
                return new SkipVote(
                    r.Seq(), r.Incarnation(), (SkipAnswer)r.ByteBetween((byte)SkipAnswer.Free, (byte)SkipAnswer.NotARequest), r.View());
            case MessageType.StampReq: return new StampReq(r.Incarnation(), r.Stamp());
            case MessageType.StampAck: return new StampAck(r.Stamp(), r.Stamp(), r.Incarnation(), r.Stamp(), r.PeerStamps());
            default: return null;
        }
    }

    private static ReplyMessage ReadReply(ref ByteReader r)
    {
        var key = r.Key();
        var seq = r.Seq();
        var incarnation = r.Incarnation();
        var at = r.Seq();
        var engine = r.Byte();
        var request = r.Digest();
        var result = r.Digest();
        var has = r.Bool();
        var bytes = has ? r.Span(ReplyMessage.ResultBytesMax).ToArray() : [];
        return new ReplyMessage(key, seq, incarnation, at, engine, request, result, bytes, has);
    }
}
