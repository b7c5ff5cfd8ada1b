using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>Brings this manager's reports into the managers' order. Each is repeated until it is known to be committed.</summary>
internal sealed class ReportSender(RequestSubmitter submitter)
{
    /// <summary>Sends a report, unless the same one is under way.</summary>
    public void Send(Report report, Instant now) => submitter.Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), now);
}
