using Dams.Contracts.Management;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Suspects replicas whose reply was missing at the end of the limit. Only while the group is steady: one epoch has reigned, and its SYNCs came without a gap, since
/// before the second equal reply. A sequencer that dies between telling one replica to go on and telling the next leaves the next without its fault, and members install the next epoch one
/// after the other; and a front end that stood still itself finds the replies in its socket later than its timers. Pure and single-threaded.
/// </summary>
/// <param name="options">Limits.</param>
/// <param name="sink">Where reports go.</param>
internal sealed class SilenceWatch(CoordinatorOptions options, IReportSink sink)
{
    private readonly Dictionary<byte, (Incarnation Incarnation, Instant At)> _told = [];
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
        if (!WasSteady(judgement.MajorityAt, now))
            return;
        foreach (var judged in judgement.Replicas)
        {
            if (judged.Verdict != Verdict.Silent
                || (_told.TryGetValue(judged.Replica, out var told) && told.Incarnation == judged.Incarnation && now - told.At < options.SuspicionPause))
            {
                continue;
            }

            _told[judged.Replica] = (judged.Incarnation, now);
            sink.OnReport(new SuspicionReport(judged.Replica, judged.Incarnation.Value, SuspicionCause.Silent, judgement.Seq.Value), now);
        }
    }

    private bool WasSteady(Instant since, Instant now) => options.Mutant == CoordinationMutant.SuspicionDuringFailOver
        || (since >= _steadyFrom && _syncAt is { } at && now - at <= options.SyncGapMax);
}
