using Dams.Hosting.Survival;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <summary>The verdict on one replica's part in a vote.</summary>
internal enum Verdict
{
    /// <summary>It has not replied yet.</summary>
    Waiting,

    /// <summary>It has replied, but there is no majority to judge it by, or there are two.</summary>
    Unjudged,

    /// <summary>Its reply equals the majority's.</summary>
    Right,

    /// <summary>
    /// Its reply differs from the majority's, it gave two different replies for one number, or its body does not match its digest.
    /// </summary>
    Wrong,

    /// <summary>It gave no reply within the limit after the second equal one.</summary>
    Silent,
}

/// <summary>
/// The vote on one sequence number of a request. Replies are equal if their sequence numbers, request digests and result digests
/// are; neither view nor text is compared. Each replica counts once. Two equal replies of distinct active replicas are the answer,
/// because at most one replica is wrong. Judging continues after that.
/// </summary>
internal sealed class ReplyVoter(SequenceNumber seq, Digest requestDigest)
{
    /// <summary>f + 1: with at most one wrong replica, one of two equal replies is right.</summary>
    public const int AnswerQuorum = VotingRules.AnswerQuorum;

    private readonly Ballot?[] _ballots = new Ballot?[View.MembersMax + 1];
    private int _highestReplica;

    /// <summary>The sequence number that is voted on: that of the request's first execution.</summary>
    public SequenceNumber Seq { get; } = seq;

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

    /// <summary>How many replicas agree with the majority.</summary>
    public int Agreeing => Majority is { } majority ? Count(majority) : 0;

    /// <summary>
    /// Whether two other replicas agree on another result. Then two replicas are wrong and nobody knows which, so nobody is judged by
    /// the pair that came first.
    /// </summary>
    public bool HasRival
    {
        get
        {
            for (var id = 0; id <= _highestReplica; id++)
            {
                if (Majority is { } majority && _ballots[id] is { Contradicted: false } ballot
                    && ballot.Result != majority && Count(ballot.Result) >= AnswerQuorum)
                    return true;
            }

            return false;
        }
    }

    /// <summary>How long after the second equal reply the last right one came; null if there are only two.</summary>
    public TimeSpan? Spread
    {
        get
        {
            if (MajorityAt is not { } from || Agreeing <= AnswerQuorum)
                return null;
            var last = from;
            for (var id = 0; id <= _highestReplica; id++)
            {
                if (_ballots[id] is { Contradicted: false } ballot && ballot.Result == Majority && ballot.At > last)
                    last = ballot.At;
            }

            return last - from;
        }
    }

    /// <summary>Whether a replica has replied.</summary>
    public bool HasReplied(byte replica) => _ballots[replica] is not null;

    /// <summary>Takes the reply of an active replica.</summary>
    /// <returns>True if this reply made the majority.</returns>
    public bool OnReply(byte replica, ReplyMessage reply, Instant now)
    {
        if (reply.Seq != Seq || reply.RequestDigest != requestDigest)
            throw new ArgumentException("the reply is about another number or another request than this vote", nameof(reply));
        var body = reply.HasResult ? reply.Result : (ReadOnlyMemory<byte>?)null;
        var bodyLies = body is { } bytes && Digest.Of(bytes.Span) != reply.ResultDigest;
        if (_ballots[replica] is { } before)
        {
            if (before.Result != reply.ResultDigest || bodyLies)
                before.Contradicted = true;
            else if (before.Result == Majority)
                Result ??= body;
            else
                before.Body ??= body;
            return false;
        }

        _ballots[replica] = new Ballot(reply.ResultDigest, now) { Contradicted = bodyLies };
        _highestReplica = Math.Max(_highestReplica, replica);
        Replies++;
        if (bodyLies)
            return false;
        var equal = Count(reply.ResultDigest);
        MostEqual = Math.Max(MostEqual, equal);
        var made = Majority is null && equal >= AnswerQuorum;
        if (made)
        {
            Majority = reply.ResultDigest;
            MajorityAt = now;
        }

        if (Majority is { } majority && Result is null)
            Result = FindBody(majority, reply.ResultDigest == majority ? body : null);
        else if (Majority is null && body is not null)
            _ballots[replica]!.Body = body;
        return made;
    }

    /// <summary>Takes a body that was fetched from a replica of the majority.</summary>
    /// <returns>False if it does not match the digest: the replica lies, and the next one must be asked.</returns>
    public bool OnBodyFetched(byte replica, ReadOnlyMemory<byte> body)
    {
        if (Majority is not { } majority || Result is not null)
            return true;
        if (Digest.Of(body.Span) != majority)
        {
            if (_ballots[replica] is { } ballot)
                ballot.Contradicted = true;
            return false;
        }

        Result = body;
        return true;
    }

    /// <summary>The replicas that can give the body: those of the majority that were not caught lying, lowest first.</summary>
    public IEnumerable<byte> MajorityReplicas()
    {
        for (var id = 0; id <= _highestReplica; id++)
        {
            if (Majority is { } majority && _ballots[id] is { Contradicted: false } ballot && ballot.Result == majority)
                yield return (byte)id;
        }
    }

    /// <summary>The verdict on a replica, by the replies so far.</summary>
    public Verdict VerdictOn(byte replica)
    {
        if (_ballots[replica] is not { } ballot)
            return Verdict.Waiting;
        if (ballot.Contradicted)
            return Verdict.Wrong;
        if (Majority is not { } majority || HasRival)
            return Verdict.Unjudged;
        return ballot.Result == majority ? Verdict.Right : Verdict.Wrong;
    }

    /// <summary>The result digest that a replica sent first; null if it has not replied.</summary>
    public Digest? ResultOf(byte replica) => _ballots[replica]?.Result;

    private int Count(Digest result)
    {
        var count = 0;
        for (var id = 0; id <= _highestReplica; id++)
        {
            if (_ballots[id] is { Contradicted: false } ballot && ballot.Result == result)
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
            if (_ballots[id] is { Contradicted: false, Body: { } body } ballot && ballot.Result == majority)
                return body;
        }

        return null;
    }

    private sealed class Ballot(Digest result, Instant at)
    {
        public Digest Result { get; } = result;

        public Instant At { get; } = at;

        public ReadOnlyMemory<byte>? Body { get; set; }

        public bool Contradicted { get; set; }
    }
}
