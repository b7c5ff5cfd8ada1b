using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <summary>What one replica said about a request.</summary>
internal enum Verdict
{
    /// <summary>Nothing yet.</summary>
    Waiting,

    /// <summary>It has replied; there is no majority to judge it by, or there are two.</summary>
    Unjudged,

    /// <summary>Equal to the majority.</summary>
    Right,

    /// <summary>Different from the majority, or two different replies for one number, or a body that doesn't match its digest.</summary>
    Wrong,

    /// <summary>No reply within the limit after the second equal one.</summary>
    Silent,
}

/// <summary>
/// The vote on one number of a request. Replies are equal when sequence number, request digest and result digest are; never the view, never text. One slot
/// per replica. Two equal of distinct active replicas are the answer, because at most one replica is wrong; judging goes on after that.
/// </summary>
internal sealed class ReplyVoter(SequenceNumber seq, Digest requestDigest)
{
    /// <summary>f + 1: with at most one wrong replica, one of two equal replies is right.</summary>
    public const int AnswerQuorum = 2;

    private readonly Slot?[] _slots = new Slot?[View.MembersMax + 1];
    private int _highestReplica;

    /// <summary>The number that is voted on: of the request's first execution.</summary>
    public SequenceNumber Seq { get; } = seq;

    /// <summary>Equal replies that make the majority.</summary>
    public int Quorum { get; init; } = AnswerQuorum;

    /// <summary>The result digest that two replicas agree on; null until they do.</summary>
    public Digest? Majority { get; private set; }

    /// <summary>The result's bytes, as soon as a reply of the majority has brought them.</summary>
    public ReadOnlyMemory<byte>? Result { get; private set; }

    /// <summary>When the second equal reply came.</summary>
    public Instant? MajorityAt { get; private set; }

    /// <summary>Distinct active replicas that have replied.</summary>
    public int Replies { get; private set; }

    /// <summary>The most equal replies so far.</summary>
    public int MostEqual { get; private set; }

    /// <summary>How many agree with the majority.</summary>
    public int Agreeing => Majority is { } majority ? Count(majority) : 0;

    /// <summary>Whether two others agree on another result: then two replicas are wrong, nobody knows which, and nobody is judged by the pair that happened to be first.</summary>
    public bool HasRival
    {
        get
        {
            for (var id = 0; id <= _highestReplica; id++)
            {
                if (Majority is { } majority && _slots[id] is { Contradicted: false } slot && slot.Result != majority && Count(slot.Result) >= AnswerQuorum)
                    return true;
            }

            return false;
        }
    }

    /// <summary>How long after the second equal reply the last right one came; null if two are all there are.</summary>
    public TimeSpan? Spread
    {
        get
        {
            if (MajorityAt is not { } from || Agreeing <= AnswerQuorum)
                return null;
            var last = from;
            for (var id = 0; id <= _highestReplica; id++)
            {
                if (_slots[id] is { Contradicted: false } slot && slot.Result == Majority && slot.At > last)
                    last = slot.At;
            }

            return last - from;
        }
    }

    /// <summary>Whether a replica has replied.</summary>
    public bool HasReplied(byte replica) => _slots[replica] is not null;

    /// <summary>Takes the reply of an active replica.</summary>
    /// <returns>True if this reply made the majority.</returns>
    public bool OnReply(byte replica, ReplyMessage reply, Instant now)
    {
        if (reply.Seq != Seq || reply.RequestDigest != requestDigest)
            throw new ArgumentException("a vote is on one number of one request", nameof(reply));
        var body = reply.HasResult ? reply.Result : (ReadOnlyMemory<byte>?)null;
        var bodyLies = body is { } bytes && Digest.Of(bytes.Span) != reply.ResultDigest;
        if (_slots[replica] is { } before)
        {
            if (before.Result != reply.ResultDigest || bodyLies)
                before.Contradicted = true;
            else if (before.Result == Majority)
                Result ??= body;
            else
                before.Body ??= body;
            return false;
        }

        _slots[replica] = new Slot(reply.ResultDigest, now) { Contradicted = bodyLies };
        _highestReplica = Math.Max(_highestReplica, replica);
        Replies++;
        if (bodyLies)
            return false;
        var equal = Count(reply.ResultDigest);
        MostEqual = Math.Max(MostEqual, equal);
        var made = Majority is null && equal >= Quorum;
        if (made)
        {
            Majority = reply.ResultDigest;
            MajorityAt = now;
        }

        if (Majority is { } majority && Result is null)
            Result = FindBody(majority, reply.ResultDigest == majority ? body : null);
        else if (Majority is null && body is not null)
            _slots[replica]!.Body = body;
        return made;
    }

    /// <summary>A body that was fetched from a replica of the majority.</summary>
    /// <returns>False if it does not match the digest: the replica lies, and the next one is to be asked.</returns>
    public bool OnBodyFetched(byte replica, ReadOnlyMemory<byte> body)
    {
        if (Majority is not { } majority || Result is not null)
            return true;
        if (Digest.Of(body.Span) != majority)
        {
            if (_slots[replica] is { } slot)
                slot.Contradicted = true;
            return false;
        }

        Result = body;
        return true;
    }

    /// <summary>The replicas that can give the body: of the majority, not caught lying, lowest first.</summary>
    public IEnumerable<byte> MajorityReplicas()
    {
        for (var id = 0; id <= _highestReplica; id++)
        {
            if (Majority is { } majority && _slots[id] is { Contradicted: false } slot && slot.Result == majority)
                yield return (byte)id;
        }
    }

    /// <summary>The verdict on a replica, as things stand.</summary>
    public Verdict VerdictOn(byte replica)
    {
        if (_slots[replica] is not { } slot)
            return Verdict.Waiting;
        if (slot.Contradicted)
            return Verdict.Wrong;
        if (Majority is not { } majority || HasRival)
            return Verdict.Unjudged;
        return slot.Result == majority ? Verdict.Right : Verdict.Wrong;
    }

    /// <summary>The result digest that a replica sent first, for people.</summary>
    public Digest? ResultOf(byte replica) => _slots[replica]?.Result;

    private int Count(Digest result)
    {
        var count = 0;
        for (var id = 0; id <= _highestReplica; id++)
        {
            if (_slots[id] is { Contradicted: false } slot && slot.Result == result)
                count++;
        }

        return count;
    }

    private ReadOnlyMemory<byte>? FindBody(Digest majority, ReadOnlyMemory<byte>? newest)
    {
        if (newest is not null)
            return newest;
        for (var id = 0; id <= _highestReplica; id++)
        {
            if (_slots[id] is { Contradicted: false, Body: { } body } slot && slot.Result == majority)
                return body;
        }

        return null;
    }

    private sealed class Slot(Digest result, Instant at)
    {
        public Digest Result { get; } = result;

        public Instant At { get; } = at;

        public ReadOnlyMemory<byte>? Body { get; set; }

        public bool Contradicted { get; set; }
    }
}
