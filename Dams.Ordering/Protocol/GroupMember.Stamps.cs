using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>A member works on its folder only when others have confirmed that it is the newest.</content>
public sealed partial class GroupMember
{
    private readonly FolderStamps _stamps;
    private readonly MemberState _confirmedState;
    private long _stampsWritten;

    /// <summary>The newest stamp of its folder.</summary>
    public FolderStamp Stamp => _stamps.Own;

    /// <summary>The folder is the newest there is: the member goes on where it ended.</summary>
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
            BecomeOutdated($"its folder is an older copy: it has stamp {_stamps.Own}, and {_options.Member(refusal.Member)} has seen stamp {refusal.Known} of it");
        else if (State == MemberState.Unconfirmed && _stamps.MayWork)
            BecomeConfirmed(now);
    }

    /// <summary>
    /// A copy of a folder whose incarnation has been replaced since: nobody can order that one out again, so it goes by itself.
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
