using System.Globalization;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;

namespace Dams.FrontEnd.Events;

/// <summary>
/// Turns what the coordinator sees into events and alarms. Called in its loop only; any thread may read <see cref="View"/>.
/// </summary>
internal sealed class CoordinatorSightings(NodeId frontEnd, ClusterEventJournal journal, StandingAlarms alarms, TimeProvider time)
{
    private readonly Dictionary<(ClusterEventKind Kind, byte Replica), Throttle> _throttles = [];
    private Epoch _epoch;
    private bool _isHeard;
    private long _divided;
    private volatile View _view = View.None;

    /// <summary>The view that replies are judged by, as of the loop's last turn.</summary>
    public View View => _view;

    /// <summary>Looks at the coordinator at the end of each turn of the loop.</summary>
    public void Look(RequestCoordinator coordinator, Instant now)
    {
        if (_epoch != coordinator.Epoch)
            OnEpoch(coordinator);
        else if (_isHeard != coordinator.HearsSequencer(now))
            OnHearing(!_isHeard);
        if (!ReferenceEquals(_view, coordinator.View))
            OnView(coordinator.View);
    }

    /// <summary>A vote is closed.</summary>
    public void OnJudged(Judgement judgement)
    {
        foreach (var (replica, verdict) in judgement.Replicas)
        {
            if (verdict == Coordination.Verdict.Wrong && Passes(ClusterEventKind.ReplyWrong, replica, out var wrong))
            {
                journal.Write(ClusterEventKind.ReplyWrong, NameOf(replica), Times(wrong,
                    $"gave a wrong reply to {judgement.Seq}",
                    $"gave {wrong} more wrong replies, the last one to {judgement.Seq}"));
            }
            else if (verdict == Coordination.Verdict.Silent && Passes(ClusterEventKind.ReplySilent, replica, out var silent))
            {
                journal.Write(ClusterEventKind.ReplySilent, NameOf(replica), Times(silent,
                    $"gave no reply to {judgement.Seq} in time",
                    $"gave no reply to {silent} more requests in time, the last one {judgement.Seq}"));
            }
        }
    }

    /// <summary>A vote has ended that accuses nobody, but that an operator must know of.</summary>
    public void OnAlarm(VoteAlarm alarm)
    {
        var split = Split.Of(alarm.Replies.Select(reply => ((int)reply.Replica, reply.Result)));
        // If replicas are only dead or slow, there is no quorum either, but the replies that came are equal.
        if (alarm.Replies.DistinctBy(reply => reply.Result).Skip(1).Any())
        {
            _divided++;
            alarms.Raise(AlarmCause.RepliesDivided, Times(_divided,
                $"the replies to request {alarm.Seq} were divided: {split}; nobody is accused; compare the replicas' states",
                $"the replies to {_divided} requests were divided since this front end started, the last time at {alarm.Seq}: {split}; "
                + "nobody is accused; compare the replicas' states"));
        }

        var (kind, one, more) = alarm.Reason == CallFailure.NoQuorum
            ? (ClusterEventKind.NoQuorum,
                "a request was ordered and had no two equal replies in time",
                "more requests had no two equal replies in time")
            : (ClusterEventKind.Divergence,
                $"the replies to request {alarm.Seq} are divided: {split}; {AnswerOf(alarm)}; nobody is accused",
                $"more requests had divided replies, the last one {alarm.Seq}: {split}; {AnswerOf(alarm)}; nobody is accused");
        if (Passes(kind, 0, out var count))
            journal.Write(kind, frontEnd.ToString(), Times(count, one, $"{count} {more}"));
    }

    private static string AnswerOf(VoteAlarm alarm) => alarm.IsAnswered
        ? "the client already had the answer of the first pair"
        : "the client got no answer";

    private static string Times(long count, string one, string more) => count == 1 ? one : more;

    private static string NameOf(byte replica) => new NodeId(NodeRole.Replica, replica).ToString();

    private static string NameOf(Epoch epoch) => new NodeId(NodeRole.Sequencer, epoch.Sequencer).ToString();

    private void OnEpoch(RequestCoordinator coordinator)
    {
        var before = _epoch;
        _epoch = coordinator.Epoch;
        _isHeard = true;
        journal.Write(ClusterEventKind.EpochChanged, NameOf(_epoch), before == default
            ? $"leads epoch {_epoch}"
            : $"leads epoch {_epoch}, after epoch {before}; unanswered requests are repeated");
        if (before != default && before.Sequencer != _epoch.Sequencer)
            journal.Write(ClusterEventKind.SequencerChanged, NameOf(_epoch), $"orders now, instead of {NameOf(before)}");
    }

    private void OnHearing(bool isHeard)
    {
        _isHeard = isHeard;
        journal.Write(isHeard ? ClusterEventKind.SequencerHeard : ClusterEventKind.SequencerSilent, NameOf(_epoch),
            isHeard ? $"is heard again in epoch {_epoch}" : $"is not heard any more in epoch {_epoch}");
    }

    private void OnView(View view)
    {
        var before = _view;
        _view = view;
        // Every SYNC brings a view, and nearly always the same one.
        if (before.Equals(view) || before.Voters == 0)
            return;
        foreach (var gone in before.Members.Where(member => !Has(view, member)))
        {
            journal.Write(ClusterEventKind.ReplicaLeft, NameOf(gone.Id), string.Create(CultureInfo.InvariantCulture,
                $"incarnation {gone.Incarnation} was ordered out; its replies don't count any more"));
        }

        foreach (var member in view.Members)
        {
            var isNew = !Has(before, member);
            if (isNew && !member.Votes)
            {
                journal.Write(ClusterEventKind.ReplicaJoined, NameOf(member.Id),
                    $"incarnation {member.Incarnation} has joined at {member.JoinedAt} and catches up");
            }

            if (member.Votes && (isNew || !before.IsVoter(member.Id, member.Incarnation)))
            {
                journal.Write(ClusterEventKind.ReplicaActivated, NameOf(member.Id),
                    $"incarnation {member.Incarnation} votes from {member.VotesFrom} on");
            }
        }
    }

    private static bool Has(View view, ViewMember member) =>
        view.TryGet(member.Id, out var found) && found.Incarnation == member.Incarnation;

    private bool Passes(ClusterEventKind kind, byte replica, out long count)
    {
        if (!_throttles.TryGetValue((kind, replica), out var throttle))
            _throttles.Add((kind, replica), throttle = new Throttle(time));
        return throttle.Passes(out count);
    }
}
