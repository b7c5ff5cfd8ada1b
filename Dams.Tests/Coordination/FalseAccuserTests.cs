using Dams.Contracts.Reports;

namespace Dams.Tests.Coordination;

/// <summary>The fault of the lab in which a front end accuses a healthy replica.</summary>
internal sealed class FalseAccuserTests
{
    [Test]
    public void An_active_replica_is_accused_for_the_numbers_that_were_judged_last_and_again_after_a_pause()
    {
        var script = new CoordinatorScript();
        script.Sync();
        Assert.That(script.Coordinator.OnFalseAccusation(2, script.Now), Is.False, "nothing was judged yet");
        script.Vote(10, 1, 1, 1, 1);
        Assert.That(script.Coordinator.OnFalseAccusation(5, script.Now), Is.False, "there is no such replica");
        Assert.That(script.Coordinator.OnFalseAccusation(2, script.Now), Is.True);
        Assert.That(script.Reports, Has.Count.EqualTo(2));
        Assert.That((script.Reports[0] as VerdictReport)?.Sequences, Is.EqualTo(new[] { 10 }));
        Assert.That(script.Reports[1], Is.EqualTo(new SuspicionReport(2, 2, SuspicionCause.Silent, 10)));
        Assert.That(script.Coordinator.OnFalseAccusation(3, script.Now), Is.False, "too soon");
        script.Stand(script.Options.SuspicionPause);
        Assert.That(script.Coordinator.OnFalseAccusation(3, script.Now), Is.True);
    }
}
