using Dams.Contracts.Management;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Suspects replicas whose reply was missing at the end of the limit. Only while the group is steady: one epoch has reigned, and its SYNCs came without a gap, since
/// before the second equal reply. A sequencer that dies between telling one replica to go on and telling the next leaves the next without its fault, and
/// members install the next epoch one after the other; and a front end that stood still itself finds the replies in its socket later than its timers. Who is
/// missed in vote after vote for as long as the limit can be is suspected anyhow: with two of four dead the sequencer is mute. An incarnation that has just begun to vote
/// has the limit that all have at first: its process is still slow. Pure and single-threaded.
/// </summary>
/// <param name="options">Limits.</param>
/// <param name="sink">Where reports go.</param>
internal sealed class SilenceWatch(CoordinatorOptions options, IReportSink sink)
{
    private readonly Dictionary<byte, Watched> _watched = [];
    private Instant? _syncAt;
    private Instant _steadyFrom = Instant.Never;

    /// <summary>The sequencer lives.</summary>
    /// <param name="isNewEpoch">Whether it is the first that is heard of its epoch.</param>
    /// <param name="now">Now.</param>
    public void OnSync(bool isNewEpoch, Instant now)
    {
        if (isNewEpoch || _syncAt is not { } before || now - before > options.SyncGapMax)
            _steadyFrom = now + options.SettlingTime;
        _syncAt = now;
    }

    /// <summary>A vote has ended.</summary>
    public void OnJudged(Judgement judgement, Instant now)
    {
        var wasSteady = WasSteady(judgement.MajorityAt, now);
        foreach (var judged in judgement.Replicas)
        {
            if (!_watched.TryGetValue(judged.Replica, out var watched) || watched.Incarnation != judged.Incarnation)
                _watched[judged.Replica] = watched = new Watched(judged.Incarnation, judgement.MajorityAt);
            if (judged.Verdict is Verdict.Right or Verdict.Wrong)
                watched.MissedSince = null;
            if (judged.Verdict != Verdict.Silent)
                continue;
            watched.MissedSince ??= now;
            if (now - watched.Since < options.SilenceFirst)
                continue;
            if ((!wasSteady && now - watched.MissedSince.Value < options.SilenceMax) || (watched.ToldAt is { } told && now - told < options.SuspicionPause))
                continue;
            watched.ToldAt = now;
            sink.OnReport(new SuspicionReport(judged.Replica, judged.Incarnation.Value, SuspicionCause.Silent, judgement.Seq.Value), now);
        }
    }

    private bool WasSteady(Instant since, Instant now) => options.Mutant == CoordinationMutant.SuspicionDuringFailOver
        || (since >= _steadyFrom && _syncAt is { } at && now - at <= options.SyncGapMax);

    private sealed class Watched(Incarnation incarnation, Instant since)
    {
        public Incarnation Incarnation { get; } = incarnation;

        /// <summary>When the first request was answered that it could have replied to.</summary>
        public Instant Since { get; } = since;

        /// <summary>When the first vote ended without it after the last one that it took part in.</summary>
        public Instant? MissedSince { get; set; }

        public Instant? ToldAt { get; set; }
    }
}
