using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <content>The evidence on which a standby becomes a candidate.</content>
public sealed partial class SequencerProtocol
{
    private void OnViewSummary(in Envelope envelope, ViewSummary summary, Instant now)
    {
        if (envelope.From.Role != _options.MemberRole || !_members.TryGetValue(envelope.From.Number, out var track)
            || !IsOfGroup(summary.Installed.Epoch, summary.View))
        {
            return;
        }

        track.Summary = summary;
        track.SummaryAt = now;
        if (summary.Promised.Epoch > _highestSeen)
            _highestSeen = summary.Promised.Epoch;
        if (summary.HearsSequencer)
            _believedActive = summary.Installed.Epoch.Sequencer;
        if (State == SequencerState.Standby)
            ConsiderCandidacy(now);
    }

    private void OnSeqSuspect(in Envelope envelope, SeqSuspect suspicion, Instant now)
    {
        if (envelope.From.Role != _options.MemberRole || !_members.TryGetValue(envelope.From.Number, out var track))
            return;
        track.Suspicion = suspicion;
        track.SuspicionAt = now;
        if (suspicion.Epoch > _highestSeen)
            _highestSeen = suspicion.Epoch;
        if (State == SequencerState.Standby)
            ConsiderCandidacy(now);
    }

    /// <summary>
    /// Becomes a candidate if Q members say that no sequencer is active. They say so if they suspect the sequencer of
    /// their epoch. Just after this process has started, two more cases count: they hear no sequencer, or their epoch
    /// belongs to an earlier boot of this one. The i-th sequencer in the order of preference waits i times
    /// <see cref="GroupOptions.CandidateStagger"/>, so that candidates rarely meet.
    /// </summary>
    private void ConsiderCandidacy(Instant now)
    {
        var suspicions = 0;
        var nobody = 0;
        var ownFormerLife = 0;
        var view = LatestKnownView(now);
        foreach (var (id, track) in _members)
        {
            if (track.Suspicion is { } suspicion && now - track.SuspicionAt <= _options.EvidenceLifetime
                && (view is null || view.IsVoter(id, suspicion.Incarnation)))
            {
                suspicions++;
            }

            if (track.Summary is not { } summary || now - track.SummaryAt > _options.EvidenceLifetime
                || (view is not null && !view.IsVoter(id, summary.Incarnation)))
            {
                continue;
            }

            if (!summary.HearsSequencer)
                nobody++;
            if (summary.Installed.Epoch.Sequencer == Id && summary.Installed.Epoch != Epoch.None && summary.Installed.Boot != Boot)
                ownFormerLife++;
        }

        var quorum = (view is null ? (int?)null : Quorum.OfEpoch(_options, view)) ?? View.EpochQuorumOf(_options.Members.Count);
        if (suspicions < quorum && !(_isFirstWait && (nobody >= quorum || ownFormerLife >= quorum)))
        {
            _evidenceSince = null;
            return;
        }

        _evidenceSince ??= now;
        var place = 0;
        while (place < _options.Sequencers.Count && _options.Sequencers[place] != Id)
            place++;
        var wait = ownFormerLife >= quorum && _isFirstWait ? TimeSpan.Zero : _options.CandidateStagger * place;
        if (now - _evidenceSince < wait)
            return;
        BecomeCandidate(now);
        OnEpochTimerElapsed(now);
    }

    /// <summary>The view of the highest installed epoch that a member has reported recently; null before the first epoch.</summary>
    private View? LatestKnownView(Instant now)
    {
        ViewSummary? latest = null;
        foreach (var track in _members.Values)
        {
            if (track.Summary is { } summary && now - track.SummaryAt <= _options.EvidenceLifetime && summary.Installed.Epoch != Epoch.None
                && (latest is null || summary.Installed.Epoch > latest.Installed.Epoch
                    || (summary.Installed.Epoch == latest.Installed.Epoch && summary.View.Number > latest.View.Number)))
            {
                latest = summary;
            }
        }

        return latest?.View;
    }

    /// <summary>The active sequencer hands over in order. The first of the others prepares at once; the rest wait their turn.</summary>
    private void OnHandOver(in Envelope envelope, HandOver handOver, Instant now)
    {
        if (State != SequencerState.Standby || envelope.From.Role != NodeRole.Sequencer || handOver.Epoch < _highestSeen
            || handOver.Epoch.Sequencer != envelope.From.Number)
        {
            return;
        }

        foreach (var sequencer in _options.Sequencers)
        {
            if (sequencer == envelope.From.Number)
                continue;
            if (sequencer != Id)
                return;
            BecomeCandidate(now);
            OnEpochTimerElapsed(now);
            return;
        }
    }
}
