using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Tests.Mutation;
using static Dams.Tests.Agreement.AgreementScript;

namespace Dams.Tests.Agreement;

/// <summary>A manager compares the state digests of all replicas, reports a minority, and acquits a state that it finds right.</summary>
internal sealed class StateInquiryTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    [Test]
    public void State_digests_are_compared_every_two_seconds_and_a_minority_is_reported()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Is.EqualTo(new[] { new DigestReport(3, IncarnationOf(3), 1, Checkpoint: 1000, View: 5) }));
        Check(script, 2000, liar: null);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1));
        Check(script, 3000, liar: 1);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "its own replica is left to the other managers");
    }

    [Test]
    public void A_minority_that_is_to_be_replaced_already_is_not_reported()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Decide(3);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void A_manager_checks_a_reported_state_at_the_same_checkpoint()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        Check(script, 2000, liar: null);
        script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        Assert.That(script.Reports, Is.EqualTo(new[] { new DigestReport(3, IncarnationOf(3), 1, Checkpoint: 1000, View: 5) }));
        script.Wait(script.Options.DigestInterval - s_moment);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "only once");
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.StateIsNeverAcquitted))]
    public void A_state_found_with_the_majority_is_acquitted()
    {
        var script = Watching();
        Check(script, 1000, liar: null);
        var about = script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        Assert.That(script.Reports,
            Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }));
        script.Order(script.Reports.Single());
        script.Wait(5 * script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "it has voted");
    }

    [Test]
    public void If_the_checkpoint_is_gone_only_a_later_one_acquits()
    {
        var script = Watching();
        var about = script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        Check(script, 500, liar: null);
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
        Check(script, 2000, liar: null);
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports,
            Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }));
    }

    [Test]
    public void A_divided_state_acquits_nobody()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Digests[(4, 1000)] = script.Digests[(3, 1000)];
        script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void A_manager_does_not_vote_about_its_own_replicas_state()
    {
        var script = Watching(id: 3);
        Check(script, 1000, liar: null);
        script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty);
    }

    [Test]
    public void An_accused_incarnation_that_a_later_view_lacks_is_acquitted()
    {
        var script = Watching();
        Check(script, 1000, liar: null);
        var about = script.Order(new DigestReport(3, IncarnationOf(3, 2), Manager: 2, Checkpoint: 1000, View: 6));
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Is.Empty, "the manager's own view may be the older one");
        script.Show(7, ManagerScript.Member(1), ManagerScript.Member(2), ManagerScript.Member(3, life: 3), ManagerScript.Member(4));
        script.Wait(script.Options.DigestInterval);
        Assert.That(script.Reports,
            Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3, 2), 1, about, IsGuilty: false, View: 0, Seen: about) }));
        script.Order(script.Reports.Single());
        script.Wait(2 * script.Options.DigestInterval);
        Assert.That(script.Reports, Has.Count.EqualTo(1), "it has voted");
    }

    [Test]
    public void A_comparison_that_began_before_the_report_acquits_nobody()
    {
        var script = Watching();
        Check(script, 2000, liar: null);
        script.HoldDigests();
        script.Wait(script.Options.DigestInterval);
        var about = script.Order(new DigestReport(3, IncarnationOf(3), Manager: 2, Checkpoint: 1000, View: 5));
        script.GiveDigests();
        Assert.That(script.Reports, Is.Empty);
        script.Wait(script.Options.DigestInterval + script.Options.AnswerPatience);
        Assert.That(script.Reports.Distinct(),
            Is.EqualTo(new[] { new VoteReport(3, IncarnationOf(3), 1, about, IsGuilty: false, View: 0, Seen: about) }),
            "the next comparison does");
    }

    [Test]
    public void A_lasting_minority_is_reported_every_five_seconds()
    {
        var script = Watching();
        Check(script, 1000, liar: 3);
        script.Wait(TimeSpan.FromSeconds(20));
        Assert.That(script.Reports.Count, Is.InRange(3, 4));
    }

    private static ManagerScript Watching(byte id = 1)
    {
        var script = new ManagerScript(id);
        script.ShowAll();
        return script;
    }

    /// <summary>All replicas take a checkpoint. The liar, if there is one, has another state.</summary>
    private static void Check(ManagerScript script, long checkpoint, byte? liar)
    {
        foreach (var seat in script.Options.Seats)
        {
            script.Sightings[seat] = script.Sightings[seat] with { Checkpoint = checkpoint };
            script.Digests[(seat, checkpoint)] = Digest.Of([seat == liar ? (byte)9 : (byte)1]);
        }
    }
}
