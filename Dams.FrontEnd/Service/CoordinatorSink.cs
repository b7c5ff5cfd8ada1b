using Dams.Contracts.Reports;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Requests;
using Dams.FrontEnd.Status;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>
/// Carries the coordinator's effects to the parts of the process that they are for: results to the waiting calls, reports to the
/// managers, the rest to people. Called in the coordinator's loop only.
/// </summary>
/// <param name="calls">Get the results.</param>
/// <param name="sightings">Get judgements and alarms.</param>
/// <param name="requests">Gets the closed requests.</param>
/// <param name="storage">Knows whose silence has a full disk as its cause.</param>
/// <param name="blocked">Knows whose silence has a foreign process as its cause.</param>
/// <param name="managers">Gets the reports.</param>
/// <param name="bodies">Fetches the wanted bodies.</param>
/// <param name="logger">Gets reports and alarms. It is the log of the calls.</param>
internal sealed class CoordinatorSink(
    WaitingCalls calls,
    CoordinatorSightings sightings,
    RequestLog requests,
    StorageGate storage,
    BlockedReplicas blocked,
    RequestSubmitter managers,
    BodyFetcher bodies,
    ILogger logger) : ICallSink
{
    private const int NoQuorumReport = 1000;

    private long _noQuorums;

    /// <inheritdoc/>
    public void OnCompleted(long call, CallResult result) => calls.End(call, result);

    /// <inheritdoc/>
    public void OnBodyWanted(BodyWanted wanted) => bodies.Fetch(wanted);

    /// <inheritdoc/>
    public void OnJudged(Judgement judgement) => sightings.OnJudged(judgement);

    /// <inheritdoc/>
    public void OnClosed(PendingCall call, View view) => requests.OnClosed(call, view);

    /// <inheritdoc/>
    public void OnReport(Report report, Instant now)
    {
        if (report is SuspicionReport { Replica: var silent } && (storage.IsShort(silent) || blocked.Includes(silent)))
            return;
        CallLog.Reported(logger, report is VerdictReport verdict
            ? $"replica {verdict.Replica} is wrong at {string.Join(", ", verdict.Sequences)}"
            : report.ToString());
        managers.Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), now);
    }

    /// <inheritdoc/>
    public void OnAlarm(VoteAlarm alarm)
    {
        sightings.OnAlarm(alarm);
        // While no replica answers, every call ends here. The first is logged, and then every thousandth.
        if (alarm.Reason == CallFailure.ReplicaDivergence)
            CallLog.Diverged(logger, alarm.Seq.Value, alarm.IsAnswered, Describe(alarm));
        else if (_noQuorums++ % NoQuorumReport == 0)
            CallLog.NoQuorum(logger, alarm.Seq.Value, Describe(alarm), _noQuorums);
    }

    private static string Describe(VoteAlarm alarm) =>
        alarm.Replies.Count == 0 ? "none" : string.Join(", ", alarm.Replies.Select(reply => $"replica {reply.Replica} {reply.Result}"));
}
