using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <content>What comes back: acknowledgements, views and replies.</content>
internal sealed partial class RequestCoordinator
{
    private static readonly byte[] s_sessionRetired = ReplyCodec.Encode(new RefusedReply(Refusal.SessionRetired));

    private void OnSync(in Envelope envelope, Sync sync, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer || envelope.Epoch.Sequencer != envelope.From.Number || envelope.Epoch < _epoch)
            return;
        var isNew = envelope.Epoch > _epoch;
        _epoch = envelope.Epoch;
        // An uncommitted change of membership may not survive its sequencer.
        if (sync.View.Number <= sync.CommitSeq)
            _view = sync.View;
        _sequencer = envelope.From.Number;
        _sequencerHeardAt = now;
        MaxSeq = SequenceNumber.Max(MaxSeq, sync.MaxSeq);
        CommitSeq = SequenceNumber.Max(CommitSeq, sync.CommitSeq);
        if (isNew)
            RepeatUnanswered(now);
    }

    /// <summary>A new epoch: what is unanswered is repeated, spread over one retry so that the repeats don't come in step.</summary>
    private void RepeatUnanswered(Instant now)
    {
        if (Statistics.Epochs++ > 0)
            Statistics.Failovers++;
        foreach (var call in _calls.Values.Where(call => !call.IsAnswered))
        {
            call.RetryAt = now + _random.Between(TimeSpan.Zero, _options.RetryMin / 2);
            call.Retry = _options.RetryMin;
            Schedule(call);
        }
    }

    private void OnReqAck(in Envelope envelope, ReqAck ack, Instant now)
    {
        if (envelope.From.Role != NodeRole.Sequencer)
            return;
        if (ack.Status == ReqAckStatus.NotSequencer)
        {
            // A hint, worth following only while nobody is heard.
            if (!HearsSequencer(now) && _group.Sequencers.Contains((byte)ack.Argument))
                _sequencer = (byte)ack.Argument;
            return;
        }

        foreach (var call in CallsOf(ack.Key))
        {
            switch (ack.Status)
            {
                case ReqAckStatus.Ordered or ReqAckStatus.Duplicate:
                    call.WasOrdered = true;
                    break;
                case ReqAckStatus.Busy:
                    call.WasBusy = true;
                    var wait = TimeSpan.FromMilliseconds(Math.Clamp(ack.Argument, 1, 1000));
                    call.RetryAt = now + wait + _random.Between(TimeSpan.Zero, wait);
                    Schedule(call);
                    break;
                case ReqAckStatus.TooBig:
                    // The front end bounds payloads itself, so this is a disagreement of versions; it was not ordered.
                    Finish(call, new Failed(CallFailure.SequencerUnavailable));
                    Close(call);
                    break;
            }
        }
    }

    private List<PendingCall> CallsOf(RequestKey key)
    {
        var found = new List<PendingCall>(1);
        if (_byKey.TryGetValue(key, out var calls))
            found.AddRange(calls.Where(call => !call.IsAnswered));
        return found;
    }

    private void OnReply(in Envelope envelope, ReplyMessage reply, Instant now)
    {
        if (envelope.From.Role != NodeRole.Replica || !IsActive(envelope.From.Number, reply)
            || !_calls.TryGetValue((reply.Key, reply.RequestDigest), out var call) || call.VoteFor(reply) is not { } vote)
        {
            return;
        }

        call.WasOrdered = true;
        var made = vote.OnReply(envelope.From.Number, reply, now);
        if (call.Decided is null && made)
            call.Decided = vote;
        if (!call.IsAnswered)
            TryAnswer(call, now);
        if (!ReferenceEquals(vote, call.Decided))
            return;
        if (!made && vote.MajorityAt is { } at && vote.VerdictOn(envelope.From.Number) == Verdict.Right)
            _silence.OnSpread(now - at);
        if (call.IsAnswered && vote.Replies >= ActiveReplicas(vote.Seq))
            Close(call);
    }

    private void TryAnswer(PendingCall call, Instant now)
    {
        if (call.Decided is not { } vote)
        {
            foreach (var candidate in call.Votes)
            {
                if (candidate.Majority is null && candidate.Replies >= _view.Voters)
                {
                    Finish(call, new Failed(CallFailure.ReplicaDivergence));
                    Close(call);
                    return;
                }
            }

            return;
        }

        call.JudgeUntil = vote.MajorityAt!.Value + _silence.Current;
        if (vote.Result is { } result)
        {
            if (result.Span.SequenceEqual(s_sessionRetired))
            {
                // A late request of a former life was ordered after this one's first: the replicas take it for the newer. New calls begin a new session.
                if (call.Request.FrontEndBoot == _session)
                    _session = new BootId(_random.Next() | 1);
                Finish(call, new Failed(CallFailure.SessionRetired));
                Schedule(call);
                return;
            }

            Finish(call, new Answered(vote.Seq, result));
            Schedule(call);
        }
        else if (call.BodyRetryAt == Instant.Never)
        {
            AskForBody(call, now);
            Schedule(call);
        }
    }

    /// <summary>The result did not fit a datagram: it is fetched from a replica of the majority, from another one if that fails.</summary>
    private void AskForBody(PendingCall call, Instant now)
    {
        var vote = call.Decided!;
        var replicas = vote.MajorityReplicas().ToArray();
        // First of all: a timer that is left in the past would elapse for ever.
        call.BodyRetryAt = now + _options.BodyRetry;
        if (replicas.Length == 0)
            return;
        var next = replicas.Where(id => !call.BodyAsked.Contains(id)).DefaultIfEmpty(replicas[0]).First();
        if (call.BodyAsked.Contains(next))
            call.BodyAsked.Clear();
        call.BodyAsked.Add(next);
        _sink.OnBodyWanted(new BodyWanted(call.Request.Key, call.Request.Digest, vote.Seq, next));
    }

    /// <summary>The body that <see cref="ICallSink.OnBodyWanted"/> asked for; null if that replica could not give it.</summary>
    public void OnBodyFetched(BodyWanted wanted, ReadOnlyMemory<byte>? body, Instant now)
    {
        if (!_calls.TryGetValue((wanted.Key, wanted.RequestDigest), out var call) || call.IsAnswered || call.Decided is not { } vote || vote.Seq != wanted.Seq)
            return;
        if (body is null || !vote.OnBodyFetched(wanted.Replica, body.Value))
        {
            AskForBody(call, now);
            Schedule(call);
            return;
        }

        TryAnswer(call, now);
        if (call.IsAnswered && vote.Replies >= ActiveReplicas(vote.Seq))
            Close(call);
    }

    /// <summary>Judges everyone and forgets the call. Without a majority nobody is accused.</summary>
    private void Close(PendingCall call)
    {
        _calls.Remove((call.Request.Key, call.Request.Digest));
        RemoveByKey(call);
        _sink.OnClosed(call, _view);
        if (call.Decided is not { } vote)
            return;
        var verdicts = new List<(byte, Verdict)>(_view.Members.Count);
        var allRight = true;
        foreach (var member in _view.Members)
        {
            if (member.VotesFrom is not { } from || from > vote.Seq)
                continue;
            var verdict = vote.VerdictOn(member.Id);
            if (verdict == Verdict.Waiting)
                verdict = Verdict.Silent;
            allRight &= verdict == Verdict.Right;
            verdicts.Add((member.Id, verdict));
            Statistics.Count(member.Id, verdict);
        }

        if (allRight && verdicts.Count == _group.Members.Count)
            Statistics.AnsweredByAll++;
        _sink.OnJudged(new Judgement(vote.Seq, call.Request.Opcode, verdicts));
    }

    /// <summary>Only replies of an incarnation that was active when it sent them count.</summary>
    private bool IsActive(byte replica, ReplyMessage reply) =>
        _view.TryGet(replica, out var member) && member.Incarnation == reply.Incarnation && member.VotesFrom is { } from && reply.At >= from;

    private int ActiveReplicas(SequenceNumber seq)
    {
        var count = 0;
        foreach (var member in _view.Members)
        {
            if (member.VotesFrom is { } from && from <= seq)
                count++;
        }

        return count;
    }
}
