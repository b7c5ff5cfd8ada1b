using Dams.Hosting.Survival;

namespace Dams.Tests.Survival;

/// <summary>The verdicts on losses of hosts. The simulation shows for many placements that it is so (<c>HostLossTests</c>).</summary>
internal sealed class LossRulesTests
{
    private static LossVerdict After(string placement, string lost) =>
        LossRules.After(Placements.Of(placement), [.. lost.Select(host => host.ToString())]);

    [TestCase("frr | fsr | fsr", "a", CallsAfterLoss.GoOn, null)]
    [TestCase("frr | fsr | fsr", "b", CallsAfterLoss.GoOn, null)]
    [TestCase("fsrr | fsr | fr", "a", CallsAfterLoss.GoOnIfLedElsewhere, StopReason.TooFewPromises)]
    [TestCase("fr | fsrr | fr", "b", CallsAfterLoss.Stop, StopReason.NoSequencer)]
    [TestCase("fsr | sr | rr", "a", CallsAfterLoss.Stop, StopReason.NoFrontEnd)]
    [TestCase("fsrrr | fsr", "a", CallsAfterLoss.Stop, StopReason.TooFewReplicas)]
    [TestCase("frr | fsr | fsr", "bc", CallsAfterLoss.Stop, StopReason.NoSequencer)]
    [TestCase("fsr", "", CallsAfterLoss.Stop, StopReason.TooFewReplicas, Description = "One replica never gives two equal replies.")]
    public void Calls_go_on_if_enough_is_left_to_order_commit_and_answer(
        string placement, string lost, CallsAfterLoss calls, StopReason? reason)
    {
        var verdict = After(placement, lost);
        Assert.That((verdict.Calls, verdict.Reason), Is.EqualTo((calls, reason)));
    }

    [TestCase("frr | fsr | fsr", "b", FailOver.Possible, Description = "From b to c: three replicas promise.")]
    [TestCase("frr | fsr | fsr", "a", FailOver.Later, Description = "Two promise, which is enough when another has been ordered out.")]
    [TestCase("fsrr | fsr | fr", "a", FailOver.Impossible, Description = "Nobody orders the others out while nobody leads.")]
    [TestCase("fr | fsrr | fr", "a", FailOver.Impossible, Description = "There is one sequencer.")]
    [TestCase("fsrrrr | frrr | fs", "b", FailOver.Impossible, Description = "Three of seven are too many to be ordered out.")]
    public void Another_sequencer_takes_over_if_it_gets_Q_promises(string placement, string lost, FailOver failOver) =>
        Assert.That(After(placement, lost).FailOver, Is.EqualTo(failOver));

    [TestCase("fsr | fsr | fr | fr", "a", true, true)]
    [TestCase("frr | fsr | fsr", "a", false, false)]
    [TestCase("frr | fsr | fsrr", "a", true, false, Description = "Of five replicas three are left, and a new folder needs three others.")]
    [TestCase("fsr | fsr | fr", "", true, true)]
    [TestCase("fsr | fsr", "", false, false)]
    public void A_wrong_replica_is_outvoted_by_two_and_replaced_if_managers_and_confirmations_are_there(
        string placement, string lost, bool isOutvoted, bool isReplaced)
    {
        var verdict = After(placement, lost);
        Assert.That((verdict.OutvotesWrong, verdict.ReplacesWrong), Is.EqualTo((isOutvoted, isReplaced)));
    }

    [TestCase("fsr | fsr | fr | fr", "a", true)]
    [TestCase("frr | fsr | fsr", "a", false)]
    public void A_restart_needs_others_that_confirm_the_folder(string placement, string lost, bool isAllowed) =>
        Assert.That(After(placement, lost).AllowsRestart, Is.EqualTo(isAllowed));

    [Test]
    public void A_restart_in_memory_needs_nobody() => Assert.That(
        LossRules.After(Placements.Of("frr | fsr | fsr", isDurable: false), ["a"]).AllowsRestart, Is.True);

    [TestCase(true, "a", true)]
    [TestCase(true, "b", false)]
    [TestCase(false, "a", false)]
    public void Strict_writes_wait_for_a_third_reply_while_two_replicas_are_left(bool isStrict, string lost, bool isDelayed) =>
        Assert.That(LossRules.After(Placements.Of("frr | fsr | fsr", isStrict), [lost]).DelaysStrictWrites, Is.EqualTo(isDelayed));

    [Test]
    public void A_verdict_names_what_is_away_and_what_is_left()
    {
        var verdict = After("frr | fsr | fsr", "b");
        Assert.That(string.Join(' ', verdict.Nodes), Is.EqualTo("frontend2 sequencer1 replica3 manager3"));
        Assert.That((verdict.Sequencers.Single().ToString(), verdict.Replicas, verdict.NeedsFailOver), Is.EqualTo(("sequencer2", 3, true)));
    }

    [Test]
    public void Each_host_and_each_pair_is_judged_once()
    {
        var losses = LossRules.OfHostsAndPairs(Placements.Of("frr | fsr | fsr")).Select(loss => string.Concat(loss.Hosts));
        Assert.That(losses, Is.EqualTo(new[] { "a", "b", "c", "ab", "ac", "bc" }));
    }
}
