using Dams.Contracts.Encoding;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// Holds that every answer has two equal replies of distinct replicas to that very request. Each reply must come from an
/// incarnation that was active when it sent it: one of the first epoch, or one past its ACTIVATE. The order says which
/// incarnations were active, not a front end.
/// </summary>
/// <param name="order">The one order, as far as any member has executed it. It grows.</param>
internal sealed class ReplyChecker(IReadOnlyList<Entry> order)
{
    private readonly Dictionary<(NodeId FrontEnd, SequenceNumber Seq), List<(NodeId Replica, ReplyMessage Reply)>> _replies = [];
    private readonly Dictionary<Incarnation, SequenceNumber> _activeFrom = [];
    private int _read;

    /// <summary>A reply has reached a front end.</summary>
    public void OnReply(NodeId frontEnd, NodeId replica, ReplyMessage reply)
    {
        if (!_replies.TryGetValue((frontEnd, reply.Seq), out var replies))
            _replies.Add((frontEnd, reply.Seq), replies = []);
        replies.Add((replica, reply));
    }

    /// <summary>A front end's process has ended, and with it the replies that it had received.</summary>
    public void OnFrontEndCrashed(NodeId frontEnd)
    {
        foreach (var key in _replies.Keys.Where(key => key.FrontEnd == frontEnd).ToList())
            _replies.Remove(key);
    }

    /// <summary>A front end has answered a call.</summary>
    public void OnAnswered(NodeId frontEnd, RecordedCall call, Answered answer)
    {
        ReadMembership();
        var request = Request.DigestOf(CommandCodec.OpcodeOf(call.Command), CommandCodec.Encode(call.Command));
        var result = Digest.Of(answer.Reply.Span);
        var witnesses = _replies.GetValueOrDefault((frontEnd, answer.Seq), [])
            .Where(heard => heard.Reply.RequestDigest == request && heard.Reply.ResultDigest == result && WasActive(heard.Reply))
            .Select(heard => heard.Replica)
            .Distinct()
            .ToList();
        Broken.Unless(
            witnesses.Count >= ReplyVoter.AnswerQuorum,
            $"{frontEnd} has answered {call.Command} at {answer.Seq} on the word of {witnesses.Count} active replicas");
    }

    private bool WasActive(ReplyMessage reply) => reply.At >= _activeFrom.GetValueOrDefault(reply.Incarnation);

    private void ReadMembership()
    {
        for (; _read < order.Count; _read++)
        {
            var entry = order[_read];
            if (!MembershipChange.TryRead(entry, out var change))
                continue;
            if (entry.Kind == EntryKind.Join)
                _activeFrom[change.Incarnation] = new SequenceNumber(long.MaxValue);
            else if (entry.Kind == EntryKind.Activate)
                _activeFrom[change.Incarnation] = entry.Seq;
        }
    }
}
