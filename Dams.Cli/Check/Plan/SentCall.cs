using Dams.Cli.Client;
using Dams.Contracts.Soap;

namespace Dams.Cli.Check.Plan;

/// <summary>A call that was sent, perhaps several times with the same request id. One thread at a time uses it.</summary>
internal sealed class SentCall(ScenarioCall call, string requestId)
{
    private bool _isUnderWay;
    private bool _mayBeExecuted;

    public ScenarioCall Call { get; } = call;

    /// <summary>The id of all its repeats, so that it is executed once.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; private set; }

    /// <summary>The last answer or fault; null before the first.</summary>
    public CallReport? Last { get; private set; }

    /// <summary>The answer; null if there was none.</summary>
    public CallReport.Answer? Answer => Last as CallReport.Answer;

    /// <summary>Whether it may have changed something that nobody knows of.</summary>
    public bool IsUnsettled => Call.IsWrite && Answer is null && (_isUnderWay || _mayBeExecuted);

    /// <summary>Whether a repeat may bring an answer.</summary>
    public bool IsWorthARepeat => Last is null or CallReport.Fault { IsWorthAnotherFrontEnd: true };

    /// <summary>Notes that it is sent, or sent again.</summary>
    public void OnSent()
    {
        Attempts++;
        _isUnderWay = true;
    }

    /// <summary>Takes the result of an attempt.</summary>
    public void OnReport(CallReport report)
    {
        Last = report;
        _isUnderWay = false;
        // A later attempt that was not executed says nothing about an earlier one.
        _mayBeExecuted |= report is CallReport.Fault { Execution: not ExecutionState.NotExecuted };
    }
}
