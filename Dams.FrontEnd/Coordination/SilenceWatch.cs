using Dams.Contracts.Reports;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Suspects replicas whose reply was missing at the end of the limit. Pure and single-threaded.
/// <para>
/// It does so only while the group is steady: the epoch has not changed and its SYNCs came without a gap, since before the second
/// equal reply. Otherwise a replica may be late without a fault of its own. A sequencer may die after it has sent a COMMIT to one
/// replica and before it sends it to the next. Members install the next epoch one after the other. A front end that stood still
/// handles its timers before the replies that wait in its socket.
/// </para>
/// <para>
/// A replica that is missing in vote after vote for the longest possible limit is suspected in any case: with two of four dead the
/// sequencer sends no SYNCs. An incarnation that has just begun to vote is not suspected during the initial limit, because its
/// process is still slow.
/// </para>
/// </summary>
internal sealed class SilenceWatch(CoordinatorOptions options, IReportSink sink)
{
    private readonly Dictionary<byte, Watched> _watched = [];
    private Instant? _syncAt;
    private Instant _steadyFrom = Instant.Never;

    /// <summary>A SYNC has come: the sequencer is alive.</summary>
    /// <param name="isNewEpoch">Whether it is the first SYNC that is heard of its epoch.</param>
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
            if ((!wasSteady && now - watched.MissedSince.Value < options.SilenceMax)
                || (watched.ToldAt is { } told && now - told < options.SuspicionPause))
                continue;
            watched.ToldAt = now;
            sink.OnReport(new SuspicionReport(judged.Replica, judged.Incarnation.Value, SuspicionCause.Silent, judgement.Seq.Value), now);
        }
    }

    private bool WasSteady(Instant since, Instant now) => since >= _steadyFrom && _syncAt is { } at
        && now - at <= options.SyncGapMax;

    private sealed class Watched(Incarnation incarnation, Instant since)
    {
        public Incarnation Incarnation { get; } = incarnation;

        /// <summary>When the first request that it could have replied to had its second equal reply.</summary>
        public Instant Since { get; } = since;

        /// <summary>When the first vote ended that it has missed since its last reply; null if it has missed none since.</summary>
        public Instant? MissedSince { get; set; }

        public Instant? ToldAt { get; set; }
    }
}
