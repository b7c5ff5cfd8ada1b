using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The news that a sequencer has of the epochs of its group, and of who leads. It decides when a standby may become a
/// candidate: enough members say that no sequencer is active, and this sequencer's turn has come.
/// </summary>
internal sealed class CandidacyEvidence(GroupOptions options, byte id, BootId boot)
{
    private readonly Dictionary<byte, (SeqSuspect Message, Instant At)> _suspicions = [];
    private readonly Dictionary<byte, (ViewSummary Message, Instant At)> _summaries = [];
    private Instant? _since;
    private bool _isFirstWait;

    /// <summary>The highest epoch in any message.</summary>
    public Epoch HighestSeen { get; private set; }

    /// <summary>The sequencer that is believed to be active; 0 if none was ever known to be.</summary>
    public byte BelievedActive { get; private set; }

    /// <summary>Begins anew. A suspicion is about one epoch; a summary stays true.</summary>
    /// <param name="isFirstWait">Whether this process has just started, and has heard of no active sequencer.</param>
    public void Restart(bool isFirstWait)
    {
        _isFirstWait = isFirstWait;
        _since = null;
        _suspicions.Clear();
    }

    public bool HasSummaryOf(byte member) => _summaries.ContainsKey(member);

    public void OnEpoch(Epoch epoch)
    {
        if (epoch > HighestSeen)
            HighestSeen = epoch;
    }

    /// <summary>This sequencer's next epoch, higher than all that it has seen.</summary>
    public Epoch NextEpoch() => HighestSeen = Epoch.Of(HighestSeen.Counter + 1, id);

    public void OnSummary(byte member, ViewSummary summary, Instant now)
    {
        _summaries[member] = (summary, now);
        OnEpoch(summary.Promised.Epoch);
        if (summary.HearsSequencer)
            BelievedActive = summary.Installed.Epoch.Sequencer;
    }

    public void OnSuspicion(byte member, SeqSuspect suspicion, Instant now)
    {
        _suspicions[member] = (suspicion, now);
        OnEpoch(suspicion.Epoch);
    }

    /// <summary>A sequencer is active.</summary>
    public void OnActive(byte sequencer)
    {
        BelievedActive = sequencer;
        _isFirstWait = false;
        _since = null;
    }

    /// <summary>
    /// Whether Q members say that no sequencer is active, and have said so for long enough. They say so if they suspect
    /// the sequencer of their epoch. Just after this process has started, two more cases count: they hear no sequencer,
    /// or their epoch belongs to an earlier boot of this one. The i-th sequencer in the order of preference waits i
    /// times <see cref="GroupOptions.CandidateStagger"/>, so that candidates rarely meet.
    /// </summary>
    public bool IsTurn(Instant now)
    {
        var suspicions = 0;
        var nobody = 0;
        var ownEarlierBoot = 0;
        var view = LatestKnownView(now);
        foreach (var member in options.Members)
        {
            if (SuspicionOf(member, now) is { } suspicion && (view is null || view.IsVoter(member, suspicion.Incarnation)))
                suspicions++;
            if (SummaryOf(member, now) is not { } summary || (view is not null && !view.IsVoter(member, summary.Incarnation)))
                continue;
            if (!summary.HearsSequencer)
                nobody++;
            if (summary.Installed.Epoch.Sequencer == id && summary.Installed.Epoch != Epoch.None && summary.Installed.Boot != boot)
                ownEarlierBoot++;
        }

        var quorum = view?.EpochQuorum ?? View.EpochQuorumOf(options.Members.Count);
        if (suspicions < quorum && !(_isFirstWait && (nobody >= quorum || ownEarlierBoot >= quorum)))
        {
            _since = null;
            return false;
        }

        _since ??= now;
        var wait = ownEarlierBoot >= quorum && _isFirstWait ? TimeSpan.Zero : options.CandidateStagger * Place();
        return now - _since >= wait;
    }

    /// <summary>The place in the order of preference, from 0.</summary>
    private int Place()
    {
        var place = 0;
        while (place < options.Sequencers.Count && options.Sequencers[place] != id)
            place++;
        return place;
    }

    /// <summary>The view of the highest installed epoch that a member has reported recently; null before the first epoch.</summary>
    private View? LatestKnownView(Instant now)
    {
        ViewSummary? latest = null;
        foreach (var member in options.Members)
        {
            if (SummaryOf(member, now) is { } summary && summary.Installed.Epoch != Epoch.None
                && (latest is null || summary.Installed.Epoch > latest.Installed.Epoch
                    || (summary.Installed.Epoch == latest.Installed.Epoch && summary.View.Number > latest.View.Number)))
            {
                latest = summary;
            }
        }

        return latest?.View;
    }

    private SeqSuspect? SuspicionOf(byte member, Instant now) =>
        _suspicions.TryGetValue(member, out var last) && now - last.At <= options.EvidenceLifetime ? last.Message : null;

    private ViewSummary? SummaryOf(byte member, Instant now) =>
        _summaries.TryGetValue(member, out var last) && now - last.At <= options.EvidenceLifetime ? last.Message : null;
}
