using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Requests;

/// <summary>
/// Keeps the last closed requests, so that people can see the votes. Called in the coordinator's loop only. It copies only a few
/// words per request; the reader makes the text.
/// </summary>
internal sealed class RequestLog(TimeProvider time)
{
    /// <summary>How many requests are kept: as many as a page can show.</summary>
    public const int Kept = 50;

    private readonly ClosedRequest?[] _kept = new ClosedRequest?[Kept];
    private int _next;
    private int _withMissing;

    /// <summary>A request has ended, and its votes don't change any more.</summary>
    public void OnClosed(PendingCall call, View view)
    {
        var vote = call.Decided ?? call.Votes.MaxBy(candidate => candidate.Replies);
        var replies = new ReplicaReply[view.Members.Count];
        for (var i = 0; i < replies.Length; i++)
            replies[i] = ReplyOf(view.Members[i], vote);
        var closed = new ClosedRequest(
            vote?.Seq, time.GetUtcNow(), vote?.MajorityAt - call.Began, call.Request.Digest, call.Request.Payload, call.Result!, replies);
        if (_kept[_next] is { IsMissingReplies: true })
            _withMissing--;
        if (closed.IsMissingReplies)
            _withMissing++;
        _kept[_next] = closed;
        _next = (_next + 1) % Kept;
    }

    /// <summary>A reply has come. It is late if its request is closed without it.</summary>
    public void OnReply(NodeId from, ReplyMessage reply, View view)
    {
        // This is nearly always so, and then a reply costs one comparison.
        if (_withMissing == 0)
            return;
        if (from.Role != NodeRole.Replica || !view.IsVoter(from.Number, reply.Incarnation)
            || Array.Find(_kept, kept => kept is { IsMissingReplies: true }
                && kept.Seq == reply.Seq && kept.RequestDigest == reply.RequestDigest) is not { } closed)
            return;
        for (var i = 0; i < closed.Replies.Length; i++)
        {
            if (closed.Replies[i].Replica == from.Number && closed.Replies[i].Verdict == RequestVerdict.Silent)
                closed.Replies[i] = closed.Replies[i] with { Result = reply.ResultDigest, Verdict = RequestVerdict.Late };
        }

        if (!closed.IsMissingReplies)
            _withMissing--;
    }

    /// <summary>The kept requests as they are now, newest first.</summary>
    public IReadOnlyList<ClosedRequest> Read()
    {
        var read = new List<ClosedRequest>(Kept);
        for (var i = 1; i <= Kept; i++)
        {
            if (_kept[(_next - i + Kept) % Kept] is { } kept)
                read.Add(kept with { Replies = [.. kept.Replies] });
        }

        return read;
    }

    private static ReplicaReply ReplyOf(ViewMember member, ReplyVoter? vote)
    {
        if (vote is null || member.VotesFrom is not { } from || from > vote.Seq)
            return new ReplicaReply(member.Id, member.Incarnation, null, RequestVerdict.NotAsked);
        var verdict = vote.VerdictOn(member.Id) switch
        {
            Verdict.Right => RequestVerdict.Right,
            Verdict.Wrong => RequestVerdict.Wrong,
            Verdict.Unjudged => RequestVerdict.Unjudged,
            _ => RequestVerdict.Silent,
        };
        return new ReplicaReply(member.Id, member.Incarnation, vote.ResultOf(member.Id), verdict);
    }
}
