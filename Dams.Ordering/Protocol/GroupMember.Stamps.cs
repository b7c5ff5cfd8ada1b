using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>A member works on its folder only after others have confirmed that it is the newest.</content>
public sealed partial class GroupMember
{
    private readonly FolderStamps _stamps;
    private readonly MemberState _confirmedState;
    private long _stampsWritten;

    /// <summary>The newest stamp of its folder.</summary>
    public FolderStamp Stamp => _stamps.Own;

    /// <summary>The folder is the newest, so the member goes on where it stopped.</summary>
    private void BecomeConfirmed(Instant now)
    {
        State = _confirmedState;
        _stateAt = now + _options.StateInterval;
        ArmSuspicion(now);
        if (State is MemberState.Joining or MemberState.Following)
            ArmJoin(now);
        Execute(now);
    }

    private void OnStampAck(in Envelope envelope, StampAck ack, Instant now)
    {
        _stamps.OnAnswer(envelope.From, ack, _view, now);
        if (_stamps.Refusal is { } refusal)
        {
            BecomeOutdated($"its folder is an older copy: it has stamp {_stamps.Own}, "
                + $"but {_options.Member(refusal.Member)} knows its stamp {refusal.Known}");
        }
        else if (State == MemberState.Unconfirmed && _stamps.MayWork)
        {
            BecomeConfirmed(now);
        }
    }

    /// <summary>
    /// The incarnation of an outdated folder may have been replaced already. Nobody can order that incarnation out
    /// again, so it leaves by itself.
    /// </summary>
    private void OnSyncOfOutdated(in Envelope envelope, Sync sync)
    {
        if (IsCommittedView(envelope, sync) && sync.CommitSeq >= _executed
            && !(sync.View.TryGet(_id, out var self) && self.Incarnation == _incarnation))
            BecomeLeft();
    }

    private void BecomeOutdated(string reason)
    {
        State = MemberState.Outdated;
        End(reason);
    }
}
