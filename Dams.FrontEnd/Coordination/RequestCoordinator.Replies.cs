using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <content>Handles acknowledgements, views and replies.</content>
internal sealed partial class RequestCoordinator
{
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
        _watch.OnSync(isNew, now);
        if (isNew)
            RepeatUnanswered(now);
    }

    /// <summary>Repeats the unanswered calls in a new epoch, each after a random delay so that they don't come in step.</summary>
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
            // This is a hint. It is worth following only while no sequencer is heard.
            if (!HearsSequencer(now) && _group.Sequencers.Contains((byte)ack.Argument))
                _sequencer = (byte)ack.Argument;
            return;
        }

        if (!_byKey.TryGetValue(ack.Key, out var calls))
            return;
        // Backwards, because a call that is closed leaves the list.
        for (var i = calls.Count - 1; i >= 0; i--)
        {
            var call = calls[i];
            if (call.IsAnswered)
                continue;
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
                case ReqAckStatus.TooBig when ack.Argument < call.Request.Payload.Length && !call.WasOrdered && call.Votes.Count == 0:
                    // The limit is one constant of the wire format. A request that is too big for this sequencer was too big for every
                    // other one that an earlier send reached, and no member could read the entry. So it was never ordered and never
                    // will be. An acknowledgement with a limit that this request keeps is about another request with this key.
                    Finish(call, new Failed(CallFailure.TooBig));
                    Close(call, now);
                    break;
            }
        }
    }

    private void OnReply(in Envelope envelope, ReplyMessage reply, Instant now)
    {
        if (envelope.From.Role != NodeRole.Replica || !IsActive(envelope.From.Number, reply))
            return;
        if (!_calls.TryGetValue((reply.Key, reply.RequestDigest), out var call))
        {
            // A client may use its own key for several requests, so only a key of this front end shows that the replica has strayed.
            foreach (var other in !reply.Key.IsClientMade && _byKey.TryGetValue(reply.Key, out var calls) ? calls : [])
                other.OnStrayed(envelope.From.Number);
            return;
        }

        if (call.VoteFor(reply, envelope.From.Number) is not { } vote)
            return;
        call.WasOrdered = true;
        if (vote.Replies == 0)
            _strikes.OnOpened(vote.Seq);
        if (vote.OnReply(envelope.From.Number, reply, now)
            && (call.Decided is null || (!call.IsAnswered && ReferenceEquals(vote, call.Successor))))
            Decide(call, vote, now);

        if (!call.IsAnswered)
            TryAnswer(call, now);
        if (call.IsAnswered && ReferenceEquals(vote, call.Decided) && HaveReplied(vote, vote.Seq))
            Close(call, now);
    }

    private void TryAnswer(PendingCall call, Instant now)
    {
        if (call.Decided is not { } vote)
        {
            foreach (var candidate in call.Votes)
            {
                // A replica that became active later may still reply, from what it has executed before.
                if (AnswerRule.Of(candidate, isStrict: false, !HaveReplied(candidate, s_anyNumber)) == VoteState.Divergence)
                {
                    Fail(call, CallFailure.ReplicaDivergence, now);
                    return;
                }
            }

            return;
        }

        var state = AnswerRule.Of(vote, _options.Strict && CommandCodec.IsWrite(call.Request.Opcode),
            now < call.AnswerBy && !HaveReplied(vote, vote.Seq), _options.Mutant);
        call.AnswerAt = state == VoteState.Open ? call.AnswerBy : Instant.Never;
        if (state == VoteState.Divergence)
        {
            Fail(call, CallFailure.ReplicaDivergence, now);
        }
        else if (vote.Result is { } result)
        {
            if (state == VoteState.Open)
            {
                Schedule(call);
                return;
            }

            if (RetiredReply.Is(result.Span))
            {
                // A late request of an earlier boot was ordered after this boot's first, so the replicas take the earlier boot for the
                // newer. New calls begin a new session.
                if (call.Request.FrontEndBoot == _session)
                    _session = new BootId(_random.Next() | 1);
                Finish(call, new Failed(CallFailure.SessionRetired));
                Schedule(call);
                return;
            }

            Finish(call, new Answered(vote.Seq, result));
            Schedule(call);
        }
        else if (call.BodyRetryAt == Instant.Never || (call.IsBodyInVain && call.NextToAsk() is not null))
        {
            AskForBody(call, now);
            Schedule(call);
        }
    }

    private void Decide(PendingCall call, ReplyVoter vote, Instant now) => call.Decide(vote, JudgeFrom(call, now) + _silence.Current);

    /// <summary>Asks a replica of the majority for a result that did not fit a datagram. If that fails, another one is asked.</summary>
    private void AskForBody(PendingCall call, Instant now)
    {
        // Set this before anything else: a timer that is left in the past would elapse for ever.
        call.BodyRetryAt = now + _options.BodyRetry;
        call.IsBodyInVain = false;
        if (call.NextToAsk() is null)
            call.BodyAsked.Clear();
        if (call.NextToAsk() is not { } next)
            return;
        call.BodyAsked.Add(next);
        _sink.OnBodyWanted(new BodyWanted(call.Request.Key, call.Request.Digest, call.Decided!.Seq, next));
    }

    /// <summary>
    /// A replica of the majority has not given the body, so the next one is asked. After the last one all are asked again, but not at
    /// once. A read is ordered again if the replicas have forgotten its reply. Two equal replies to that are as good an answer.
    /// </summary>
    private void OnBodyMissed(PendingCall call, Instant now)
    {
        if (call.NextToAsk() is not null)
        {
            AskForBody(call, now);
            return;
        }

        call.BodyRetryAt = now + _options.BodyRetry;
        call.IsBodyInVain = true;
        if (call.Successor is not { } newer)
            return;
        Decide(call, newer, now);
        TryAnswer(call, now);
    }

    /// <summary>Takes the body that <see cref="ICallSink.OnBodyWanted"/> asked for, or null if the replica could not give it.</summary>
    public void OnBodyFetched(BodyWanted wanted, ReadOnlyMemory<byte>? body, Instant now)
    {
        if (!_calls.TryGetValue((wanted.Key, wanted.RequestDigest), out var call) || call.IsAnswered
            || call.Decided is not { } vote || vote.Seq != wanted.Seq)
            return;
        if (body is null || !vote.OnBodyFetched(wanted.Replica, body.Value))
            OnBodyMissed(call, now);
        else
            TryAnswer(call, now);
        if (!call.IsAnswered)
            Schedule(call);
        else if (call.Decided is { } decided && HaveReplied(decided, decided.Seq))
            Close(call, now);
    }

    /// <summary>Judges the replicas and forgets the call. A second close does nothing.</summary>
    private void Close(PendingCall call, Instant now)
    {
        if (call.IsClosed)
            return;
        call.IsClosed = true;
        _calls.Remove((call.Request.Key, call.Request.Digest));
        RemoveByKey(call);
        _sink.OnClosed(call, _view);
        Judge(call, now);
    }
}
