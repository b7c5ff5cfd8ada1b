using CsCheck;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Messages;

/// <summary>Random messages of every type, with the edges of their ranges.</summary>
internal static class MessageGen
{
    public static readonly Gen<SequenceNumber> Seq =
        Gen.Frequency((4, Gen.Long[0, 1000]), (1, Gen.Long[0, long.MaxValue / 2]), (1, Gen.Const(long.MaxValue / 2)))
            .Select(value => new SequenceNumber(value));

    public static readonly Gen<Epoch> Epoch = Gen.ULong.Select(value => new Epoch(value));

    public static readonly Gen<BootId> Boot = Gen.ULong.Select(value => new BootId(value));

    public static readonly Gen<Claim> Claim = Gen.Select(Epoch, Boot, (epoch, boot) => new Claim(epoch, boot));

    public static readonly Gen<Incarnation> Incarnation = Gen.ULong.Select(value => new Incarnation(value));

    public static readonly Gen<FolderStamp> Stamp = Gen.Select(Gen.UInt, Gen.UInt, (number, nonce) => new FolderStamp(number, nonce));

    public static readonly Gen<Chain> Chain = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new Chain(new UInt128(high, low)));

    public static readonly Gen<Digest> Digest = Gen.Select(Chain, Chain, (high, low) => new Digest(high.Value, low.Value));

    public static readonly Gen<RequestKey> Key =
        Gen.Select(Gen.Byte, Gen.ULong, Gen.ULong, (origin, high, low) => new RequestKey(origin, high, low));

    public static readonly Gen<MemberProgress> Progress =
        Gen.Select(Incarnation, Seq, Seq, Seq, (incarnation, contiguous, durable, executed) =>
            new MemberProgress(incarnation, contiguous, durable, executed));

    public static readonly Gen<Request> Request =
        from key in Key
        from frontEnd in Gen.Byte
        from boot in Boot
        from lowest in Gen.ULong
        from opcode in Gen.Byte
        from digest in Digest
        from payload in Bytes(Dams.Ordering.Request.PayloadBytesMax)
        select new Request(key, frontEnd, boot, lowest, opcode, digest, payload);

    public static readonly Gen<Entry> Entry =
        from seq in Seq
        from epoch in Epoch
        from time in Gen.Long
        from kind in Gen.Byte[(byte)EntryKind.Operation, (byte)EntryKind.Skip]
        from previous in Chain
        from request in Request
        select new Entry(SequenceNumber.Max(seq, new SequenceNumber(1)), epoch, time, (EntryKind)kind, previous, request);

    public static readonly Gen<View> View =
        from number in Seq
        from ids in Gen.Shuffle(new[] { 1, 2, 3, 4, 5, 6, 255 }, 0, Dams.Ordering.View.MembersMax)
        from incarnations in Gen.ULong.Array[ids.Length]
        from froms in Gen.Select(Gen.Bool, Seq).Array[ids.Length]
        from joins in Seq.Array[ids.Length]
        select new View(number, ids.Select((id, i) =>
            new ViewMember((byte)id, new Incarnation(incarnations[i]), froms[i].Item1 ? froms[i].Item2 : null, joins[i])));

    private static readonly Gen<Message> Reply =
        from key in Key
        from seq in Seq
        from incarnation in Incarnation
        from at in Seq
        from engine in Gen.Byte
        from request in Digest
        from result in Digest
        from has in Gen.Bool
        from bytes in Bytes(ReplyMessage.ResultBytesMax)
        select (Message)new ReplyMessage(key, seq, incarnation, at, engine, request, result, has ? bytes : ReadOnlyMemory<byte>.Empty, has);

    private static readonly Gen<Message> Promise =
        from claim in Claim
        from incarnation in Incarnation
        from installed in Epoch
        from seqs in Seq.Array[3]
        from chain in Chain
        from time in Gen.Long
        from view in View
        select (Message)new Promise(claim, incarnation, installed, seqs[0], chain, seqs[1], seqs[2], time, view);

    private static readonly Gen<Message> NewView =
        from claim in Claim
        from seqs in Seq.Array[2]
        from chain in Chain
        from time in Gen.Long
        from source in Gen.Byte
        from view in View
        select (Message)new NewView(claim, seqs[0], chain, seqs[1], time, source, view);

    /// <summary>A generator for every type. If a new type has none, a test fails.</summary>
    public static readonly IReadOnlyDictionary<MessageType, Gen<Message>> OfType = new Dictionary<MessageType, Gen<Message>>
    {
        [MessageType.Req] = Request.Select(request => (Message)new Req(request)),
        [MessageType.ReqAck] = Gen.Select(Key, Gen.Byte[1, 5], Gen.Long, (key, status, argument) =>
            (Message)new ReqAck(key, (ReqAckStatus)status, argument)),
        [MessageType.Order] = Entry.Select(entry => (Message)new Order(entry)),
        [MessageType.Stored] = Progress.Select(progress => (Message)new Stored(progress)),
        [MessageType.Commit] = Gen.Select(Seq, Seq, Seq, (max, commit, gc) => (Message)new Commit(max, commit, gc)),
        [MessageType.Nak] = Gen.Select(Seq, Gen.ULong, (from, bitmap) => (Message)new Nak(from, bitmap)),
        [MessageType.Retrans] = Entry.Select(entry => (Message)new Retrans(entry)),
        [MessageType.Sync] = Gen.Select(Seq.Array[4], Gen.Bool, View, (seqs, must, view) =>
            (Message)new Sync(seqs[0], seqs[1], seqs[2], seqs[3], must, view)),
        [MessageType.State] = Gen.Select(Progress, Gen.Int[0, int.MaxValue], (progress, depth) => (Message)new State(progress, depth)),
        [MessageType.Reply] = Reply,
        [MessageType.Resend] = Gen.Select(Key, Seq, Gen.Byte, (key, seq, frontEnd) => (Message)new Resend(key, seq, frontEnd)),
        [MessageType.Missing] = Gen.Select(Key, Seq, (key, seq) => (Message)new Missing(key, seq)),
        [MessageType.SeqSuspect] = Gen.Select(Epoch, Incarnation, Gen.Int[0, int.MaxValue], (epoch, incarnation, silent) =>
            (Message)new SeqSuspect(epoch, incarnation, silent)),
        [MessageType.Prepare] = Claim.Select(claim => (Message)new Prepare(claim)),
        [MessageType.Promise] = Promise,
        [MessageType.Fetch] = Gen.Select(Seq, Seq, (from, to) => (Message)new Fetch(from, to)),
        [MessageType.Fetched] = Gen.Select(Seq, Seq, Entry, (commit, first, entry) => (Message)new Fetched(commit, first, entry)),
        [MessageType.NewView] = NewView,
        [MessageType.NewViewAck] = Gen.Select(Claim, Progress, (claim, progress) => (Message)new NewViewAck(claim, progress)),
        [MessageType.Refused] = Claim.Select(claim => (Message)new Refused(claim)),
        [MessageType.GetView] = Epoch.Select(epoch => (Message)new GetView(epoch)),
        [MessageType.ViewSummary] = Gen.Select(Incarnation, Claim, Claim, Gen.Bool, View, (incarnation, promised, installed, hears, view) =>
            (Message)new ViewSummary(incarnation, promised, installed, hears, view)),
        [MessageType.JoinReq] = Gen.Select(Incarnation, Seq, (incarnation, after) => (Message)new JoinReq(incarnation, after)),
        [MessageType.CaughtUp] = Gen.Select(Incarnation, Seq, Seq, (incarnation, joined, executed) =>
            (Message)new CaughtUp(incarnation, joined, executed)),
        [MessageType.LeaveReq] = Gen.Select(Gen.Byte, Incarnation, Gen.ULong, Gen.Bool, (member, incarnation, decision, forced) =>
            (Message)new LeaveReq(member, incarnation, decision, forced)),
        [MessageType.HandOver] = Epoch.Select(epoch => (Message)new HandOver(epoch)),
        [MessageType.SkipReq] = Seq.Select(seq => (Message)new SkipReq(seq)),
        [MessageType.SkipStatus] = Gen.Select(Seq, Gen.Byte[1, 7], View, (seq, outcome, waitedFor) =>
            (Message)new SkipStatus(seq, (SkipOutcome)outcome, waitedFor)),
        [MessageType.SkipAsk] = Gen.Select(Seq, Gen.Bool, (seq, urgent) => (Message)new SkipAsk(seq, urgent)),
        [MessageType.SkipVote] = Gen.Select(Seq, Incarnation, Gen.Byte[1, 5], View, (seq, incarnation, answer, before) =>
            (Message)new SkipVote(seq, incarnation, (SkipAnswer)answer, before)),
        [MessageType.StampReq] = Gen.Select(Incarnation, Stamp, (incarnation, stamp) => (Message)new StampReq(incarnation, stamp)),
        [MessageType.StampAck] = Gen.Select(
            Stamp,
            Stamp,
            Incarnation,
            Stamp,
            Gen.Select(Gen.Byte, Incarnation, Stamp, (member, incarnation, stamp) => new PeerStamp(member, incarnation, stamp))
                .Array[0, StampRecord.OthersMax],
            (stamp, known, incarnation, own, others) => (Message)new StampAck(stamp, known, incarnation, own, others)),
    };

    public static readonly Gen<Message> Any = Gen.OneOf([.. OfType.Values]);

    private static Gen<ReadOnlyMemory<byte>> Bytes(int max) =>
        Gen.Frequency((3, Gen.Byte.Array[0, 40]), (1, Gen.Byte.Array[0, max]), (1, Gen.Byte.Array[max]))
            .Select(bytes => new ReadOnlyMemory<byte>(bytes));
}
