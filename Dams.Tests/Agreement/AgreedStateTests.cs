using CsCheck;
using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Agreement;

/// <summary>Properties of the agreed state that hold for any reports.</summary>
internal sealed class AgreedStateTests
{
    [Test]
    public void Events_are_numbered_without_gaps_and_the_oldest_are_dropped()
    {
        var script = new AgreementScript(AgreementScript.Rules with { EventsMax = 5 });
        for (var i = 1; i <= 4; i++)
            script.RestartOf(3, i);
        Assert.That(Numbers(script), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        script.Pass(TimeSpan.FromSeconds(1));
        script.Suspect(4);
        for (var i = 5; i <= 8; i++)
            script.RestartOf(4, i);
        Assert.That(Numbers(script), Is.EqualTo(new[] { 5, 6, 7, 8, 9 }));
        Assert.That(script.State.Events.Select(happening => (happening.Replica, happening.Time)), Is.All.EqualTo(((byte)4, script.Time)));
    }

    [Test]
    public void A_report_that_is_ordered_twice_has_no_effect_the_second_time() => ReportGen.Any.Array[0, 60].Sample(reports =>
    {
        // Events about a degraded seat may repeat with each report, so no seat becomes degraded here.
        var rules = AgreementScript.Rules with { ReplacementsMax = int.MaxValue };
        var (once, twice) = (new AgreementScript(rules), new AgreementScript(rules));
        for (var i = 0; i < reports.Length; i++)
        {
            once.State.OnReport(2 * i, i, reports[i]);
            twice.State.OnReport(2 * i, i, reports[i]);
            twice.State.OnReport((2 * i) + 1, i, reports[i]);
        }

        Assert.That(twice.Agreed(), Is.EqualTo(once.Agreed()));
    }, iter: 2000);

    [Test]
    public void The_bounds_hold_for_any_reports() => ReportGen.Any.Array[0, 200].Sample(reports =>
    {
        var rules = AgreementScript.Rules with { EventsMax = 10 };
        var script = new AgreementScript(rules);
        var decided = new HashSet<(byte, ulong)>();
        foreach (var report in reports)
        {
            var number = script.Order(report);
            var waiting = script.State.Queue.Select(decision => decision.Replica).ToList();
            Assert.That(waiting, Is.Unique);
            Assert.That(script.State.Active is { } active && waiting.Contains(active.Replica), Is.False);
            Assert.That(script.State.Cases.Select(open => (open.Replica, open.Incarnation, open.Kind)), Is.Unique);
            Assert.That(script.State.Cases.Select(open => script.State.IsReplaced(open.Replica, open.Incarnation)), Is.All.False);
            Assert.That(script.State.Events, Has.Count.LessThanOrEqualTo(rules.EventsMax));
            var decisions = script.State.Queue.Append(script.State.Active).OfType<Decision>();
            if (decisions.FirstOrDefault(decision => decision.Number == number) is { } made)
                Assert.That(decided.Add((made.Replica, made.Incarnation)), "an incarnation is replaced once");
        }
    }, iter: 500);

    private static IEnumerable<long> Numbers(AgreementScript script) => script.State.Events.Select(happening => happening.Number);
}
