using Dams.Contracts.Reports;
using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Tests.Mutation;
using static Dams.Tests.Coordination.CoordinatorScript;

namespace Dams.Tests.Coordination;

/// <summary>The replicas that a front end suspects of silence, and the cases in which it suspects nobody.</summary>
internal sealed class SuspicionTests
{
    private static readonly CoordinatorOptions s_impatient = new() { SilenceFirst = new CoordinatorOptions().SilenceMin };

    [Test]
    public void A_replica_that_misses_the_limit_is_suspected_once_per_pause()
    {
        var script = Steady();
        script.Vote(10, 1, 1, 1, 0);
        script.WaitSteadily(script.Options.SilenceFirst - TimeSpan.FromMilliseconds(50));
        Assert.That(script.Reports, Is.Empty);
        script.WaitSteadily(TimeSpan.FromMilliseconds(50));
        Assert.That(script.Reports, Is.EqualTo(new[] { new SuspicionReport(4, 4, SuspicionCause.Silent, 10) }));
        Assert.That(MissFourth(script, seq: 11, every: TimeSpan.FromMilliseconds(500)),
            Is.InRange(script.Options.SuspicionPause, script.Options.SuspicionPause * 1.2));
    }

    [Test]
    public void Each_incarnation_has_a_pause_of_its_own()
    {
        var script = Steady();
        script.Vote(10, 1, 1, 1, 0);
        script.WaitSteadily(script.Options.SilenceFirst);
        var taken = SuspectReplaced(script);
        Assert.That(script.Reports.Select(report => report.Incarnation), Is.EqualTo(new[] { 4, 44 }));
        Assert.That(taken, Is.LessThan(script.Options.SuspicionPause));
    }

    // Its process still compiles code that the others' processes compiled long ago.
    [Test]
    public void A_new_voter_has_the_initial_limit_however_fast_the_others_are()
    {
        var script = Steady();
        script.Vote(10, 1, 1, 1, 1);
        Assert.That(script.Coordinator.SilenceLimit, Is.EqualTo(script.Options.SilenceMin));
        var taken = SuspectReplaced(script);
        Assert.That(taken, Is.EqualTo(script.Options.SilenceFirst));
    }

    [Test]
    public void No_replica_is_suspected_in_an_idle_group()
    {
        var script = Steady();
        script.WaitSteadily(TimeSpan.FromMinutes(1));
        Assert.That(script.Reports, Is.Empty);
    }

    // Bug: silence timed from the sending.
    // The commit takes three seconds, but the limit is two: the sequencer waits for disks, or another sequencer has taken over.
    [Test]
    [FailsWithout(nameof(VotingMutants.SuspicionFromSending))]
    public void Late_replies_are_timed_from_the_second_equal_one()
    {
        var script = Steady();
        var request = script.Call(1);
        script.WaitSteadily(TimeSpan.FromSeconds(3));
        for (byte id = 1; id <= 4; id++)
        {
            script.Reply(id, request);
            script.WaitSteadily(TimeSpan.FromMilliseconds(100));
        }

        Assert.That((script.Judgements.Count, script.Reports.Count), Is.EqualTo((1, 0)));
        Assert.That(script.Judgements[0].Replicas.Select(judged => judged.Verdict), Is.All.EqualTo(Verdict.Right));
    }

    // Bug: everyone suspected during a failover.
    // The sequencer tells two replicas that an entry is committed, and dies. The others learn it from the next sequencer, long after the
    // limit.
    [Test]
    [FailsWithout(nameof(VotingMutants.SuspicionDuringFailOver))]
    public void Nobody_is_suspected_during_a_failover()
    {
        var script = Steady(s_impatient);
        script.Vote(10, 1, 1, 0, 0);
        script.Wait(script.Options.SilenceMin * 2);
        Assert.That(script.Judgements.Single().Replicas.Count(judged => judged.Verdict == Verdict.Silent), Is.EqualTo(2));
        Assert.That(script.Reports, Is.Empty);
    }

    // Bug: everyone suspected after a failover.
    [Test]
    [FailsWithout(nameof(VotingMutants.SuspicionDuringFailOver))]
    public void Nobody_is_suspected_while_a_new_epoch_settles()
    {
        var script = Steady(s_impatient);
        script.Sync(counter: 2, sequencer: 2);
        script.Vote(10, 1, 1, 1, 0);
        for (var i = 0; i < 10; i++)
        {
            script.Wait(TimeSpan.FromMilliseconds(50));
            script.Sync(counter: 2, sequencer: 2);
        }

        Assert.That((script.Judgements.Count, script.Reports.Count), Is.EqualTo((1, 0)));
    }

    // Bug: everyone suspected by a front end that stood still.
    // Its timers are due before it has read the messages that came meanwhile.
    [Test]
    [FailsWithout(nameof(VotingMutants.SuspicionDuringFailOver))]
    public void A_front_end_that_stood_still_suspects_nobody()
    {
        var script = Steady();
        script.Vote(10, 1, 1, 0, 0);
        script.Stand(TimeSpan.FromMinutes(1));
        script.Sync();
        script.Wait(TimeSpan.Zero);
        Assert.That((script.Judgements.Count, script.Reports.Count), Is.EqualTo((1, 0)));
    }

    // With two of four members dead, the sequencer hears too few and stops sending SYNCs.
    [Test]
    public void A_replica_that_misses_every_vote_for_ten_seconds_is_suspected_even_without_a_sequencer()
    {
        var script = Steady();
        script.Wait(TimeSpan.FromSeconds(1));
        var first = script.Now + script.Options.SilenceFirst;
        for (var seq = 10; script.Reports.Count == 0; seq++)
        {
            script.Vote(seq, 1, 1, 0, seq == 15 ? (byte)1 : (byte)0);
            script.Wait(script.Options.SilenceFirst);
        }

        Assert.That(script.Now - first, Is.EqualTo(script.Options.SilenceMax));
        Assert.That(script.Reports.Select(report => report.Replica), Is.EqualTo(new byte[] { 3 }), "replica 4 has replied once meanwhile");
    }

    [Test]
    public void Dead_replicas_are_suspected_again_after_a_failover()
    {
        var script = Steady();
        script.Wait(TimeSpan.FromSeconds(2));
        script.Sync();
        script.WaitSteadily(script.Options.SettlingTime);
        script.Vote(10, 1, 1, 1, 0);
        script.WaitSteadily(script.Options.SilenceFirst);
        Assert.That(script.Reports, Has.Count.EqualTo(1));
    }

    // Replica 4 has come back at 90, and knows the reply to 10. Its reply does not mean that all replicas have replied.
    [Test]
    public void A_slow_replica_is_not_silent_because_a_newcomer_replied_first()
    {
        var view = new View(new SequenceNumber(90),
            [.. ViewOf(1, 2, 3).Members, new ViewMember(4, new Incarnation(4), new SequenceNumber(90), new SequenceNumber(80))]);
        var script = new CoordinatorScript(view: view);
        script.Sync();
        script.WaitSteadily(script.Options.SettlingTime);
        var request = script.Call(1);
        foreach (byte id in new byte[] { 1, 4, 2 })
            script.Reply(id, request, seq: 10, at: 95);
        Assert.That((script.Results.Count, script.Judgements.Count), Is.EqualTo((1, 0)));
        script.Reply(3, request, seq: 10, at: 95);
        Assert.That(script.Judgements.Single().Replicas.Select(judged => (judged.Replica, judged.Verdict)),
            Is.EqualTo(new (byte, Verdict)[] { (1, Verdict.Right), (2, Verdict.Right), (3, Verdict.Right) }));
    }

    [Test]
    public void A_pause_is_forgotten_after_as_many_requests_as_spreads_are_kept()
    {
        var script = Steady(new CoordinatorOptions { SpreadsKept = 10 });
        var request = script.Vote(10, 1, 1, 1, 0);
        script.WaitSteadily(TimeSpan.FromSeconds(1));
        script.Reply(4, request, seq: 10);
        Assert.That(script.Coordinator.SilenceLimit, Is.EqualTo(TimeSpan.FromSeconds(2)));
        for (var seq = 11; seq < 20; seq++)
            script.Vote(seq, 1, 1, 1, 1);
        Assert.That(script.Coordinator.SilenceLimit, Is.EqualTo(TimeSpan.FromSeconds(2)), "after nine requests with eighteen late replies");
        script.Vote(20, 1, 1, 1, 1);
        Assert.That(script.Coordinator.SilenceLimit, Is.EqualTo(script.Options.SilenceMin));
    }

    // A reply that comes after the limit belongs to no vote any more.
    [Test]
    public void A_reply_after_the_limit_does_not_extend_the_limit()
    {
        var script = Steady(new CoordinatorOptions { SilenceFirst = TimeSpan.FromMilliseconds(250) });
        var request = script.Vote(10, 1, 1, 1, 0);
        script.WaitSteadily(TimeSpan.FromSeconds(9));
        script.Reply(4, request, seq: 10);
        Assert.That(script.Coordinator.SilenceLimit, Is.EqualTo(script.Options.SilenceMin));
    }

    private static CoordinatorScript Steady(CoordinatorOptions? options = null)
    {
        var script = new CoordinatorScript(options);
        script.Sync();
        script.WaitSteadily(script.Options.SettlingTime);
        return script;
    }

    /// <summary>Replaces replica 4. Its new incarnation votes from 20 on, and does not reply.</summary>
    /// <returns>The time until it was suspected.</returns>
    private static TimeSpan SuspectReplaced(CoordinatorScript script)
    {
        script.View = new View(new SequenceNumber(20),
            [.. ViewOf(1, 2, 3).Members, new ViewMember(4, new Incarnation(44), new SequenceNumber(20), new SequenceNumber(15))]);
        script.Sync();
        return MissFourth(script, seq: 21, every: script.Options.SilenceMin);
    }

    /// <summary>Lets replica 4 miss one vote after another, until it is suspected once more.</summary>
    /// <returns>The time until then.</returns>
    private static TimeSpan MissFourth(CoordinatorScript script, long seq, TimeSpan every)
    {
        var (first, reports) = (script.Now, script.Reports.Count);
        while (script.Reports.Count == reports)
        {
            Assert.That(script.Now - first, Is.LessThan(script.Options.SuspicionPause * 2), "replica 4 is not suspected any more");
            script.Vote(seq++, 1, 1, 1, 0);
            script.WaitSteadily(every);
        }

        return script.Now - first;
    }
}
