using Dams.Contracts.Reports;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>Takes reports for the managers' group.</summary>
internal interface IReportSink
{
    /// <summary>Puts the report into the managers' order. Called in the coordinator's loop; must not call back.</summary>
    void OnReport(Report report, Instant now);
}
