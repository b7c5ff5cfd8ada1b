using System.Globalization;

namespace Dams.Hosting.Survival;

/// <summary>Says in words what a verdict means and why. Pure.</summary>
public static class VerdictText
{
    /// <summary>Why calls stop, or may stop, as a clause without a full stop.</summary>
    /// <exception cref="ArgumentException">Calls go on.</exception>
    public static string ReasonOf(LossVerdict verdict, Placement placement) => verdict.Reason switch
    {
        StopReason.NoFrontEnd => "no front end is left",
        StopReason.NoSequencer => "no sequencer is left",
        StopReason.TooFewReplicas => Text(
            $"{Left(verdict)}, and an answer needs {VotingRules.AnswerQuorum} equal replies"),
        StopReason.TooFewPromises => Text(
            $"{Left(verdict)}, and another sequencer needs {placement.View.EpochQuorum} promises to take over"),
        _ => throw new ArgumentException("calls go on", nameof(verdict)),
    };

    /// <summary>Whether calls go on, in a word or two.</summary>
    public static string CallsOf(LossVerdict verdict) => verdict.Calls switch
    {
        CallsAfterLoss.GoOn => "go on",
        CallsAfterLoss.GoOnIfLedElsewhere => "stop if it led",
        _ => "stop",
    };

    /// <summary>Whether another sequencer can take over, in a word.</summary>
    public static string FailOverOf(LossVerdict verdict) => verdict.FailOver switch
    {
        FailOver.Possible => "possible",
        FailOver.Later => "later",
        _ => "impossible",
    };

    /// <summary>The fate of a wrong replica, in a word or two.</summary>
    public static string WrongOf(LossVerdict verdict) =>
        verdict.ReplacesWrong ? "replaced" : verdict.OutvotesWrong ? "outvoted" : "not outvoted";

    /// <summary>The meaning of a verdict, in sentences; the first one says whether calls go on.</summary>
    public static IEnumerable<string> SentencesOf(LossVerdict verdict, Placement placement)
    {
        yield return verdict.Calls switch
        {
            CallsAfterLoss.GoOn when verdict.NeedsFailOver => "Calls go on, after a failover if a lost sequencer leads.",
            CallsAfterLoss.GoOn => "Calls go on.",
            CallsAfterLoss.GoOnIfLedElsewhere => $"Calls stop if a lost sequencer leads: {ReasonOf(verdict, placement)}.",
            _ => $"Calls stop: {ReasonOf(verdict, placement)}.",
        };
        if (verdict.Calls == CallsAfterLoss.Stop)
            yield break;
        if (verdict.Sequencers is [var only])
            yield return $"{only} is the only sequencer left: no other can take over from it.";
        else if (verdict.FailOver == FailOver.Later)
            yield return Text($"{Left(verdict)}: no other sequencer gets {placement.View.EpochQuorum} promises until the managers ")
                + "have had a lost one ordered out, up to 15 seconds later while clients call.";
        else if (verdict.FailOver == FailOver.Impossible && verdict.Calls == CallsAfterLoss.GoOn)
            yield return Text($"{Left(verdict)}: no other sequencer gets {placement.View.EpochQuorum} promises.");
        if (!verdict.OutvotesWrong)
            yield return $"A wrong replica is not outvoted: {VotingRules.AnswerQuorum} right ones must be left beside it.";
        else if (!verdict.ReplacesWrong)
            yield return "A wrong replica is outvoted, but not replaced.";
        if (!verdict.AllowsRestart)
            yield return "A replica that restarts must wait: too few others are left to confirm its folder.";
        if (verdict.DelaysStrictWrites)
            yield return "Strict writes are slow: each waits for a third reply until its limit.";
    }

    private static string Left(LossVerdict verdict) => verdict.Replicas switch
    {
        0 => "no replica is left",
        1 => "one replica is left",
        _ => Text($"{verdict.Replicas} replicas are left"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
