using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>When a standby becomes a candidate.</summary>
internal sealed class CandidacyEvidenceTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1, 2, 3], FrontEnds = [] };
    private static readonly BootId s_boot = new(7);
    private static readonly Epoch s_epoch = Epoch.Of(3, 1);
    private static readonly View s_view = new(SequenceNumber.Zero, s_options.Members.Select(id =>
        new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero)));

    [Test]
    public void Three_members_of_four_must_suspect()
    {
        var evidence = Evidence(1);
        Suspect(evidence, 0, 1, 2);
        Assert.That(evidence.IsTurn(At(0)), Is.False);
        Suspect(evidence, 0, 3);
        Assert.That(evidence.IsTurn(At(0)), Is.True);
    }

    [Test]
    public void A_suspicion_counts_only_for_a_while_and_only_in_its_epoch()
    {
        var evidence = Evidence(1);
        Suspect(evidence, 0, 1, 2);
        Suspect(evidence, 350, 3);
        Assert.That(evidence.IsTurn(At(350)), Is.True);
        Assert.That(evidence.IsTurn(At(351)), Is.False);
        Suspect(evidence, 351, 1, 2);
        evidence.Restart(isFirstWait: false);
        Assert.That(evidence.IsTurn(At(351)), Is.False);
    }

    [Test]
    public void A_suspicion_of_another_incarnation_than_the_views_does_not_count()
    {
        var evidence = Evidence(1);
        evidence.OnSummary(1, Summary(1, hears: true), At(0));
        Suspect(evidence, 0, 1, 2);
        evidence.OnSuspicion(3, new SeqSuspect(s_epoch, new Incarnation(33), 600), At(0));
        Assert.That(evidence.IsTurn(At(0)), Is.False);
        Suspect(evidence, 0, 3);
        Assert.That(evidence.IsTurn(At(0)), Is.True);
    }

    [Test]
    public void The_third_sequencer_waits_twice_the_stagger_and_begins_anew_when_evidence_is_lost()
    {
        var evidence = Evidence(3);
        for (var i = 0; i < 600; i += 100)
        {
            Suspect(evidence, i, 1, 2, 3);
            Assert.That(evidence.IsTurn(At(i)), Is.False);
        }

        evidence.OnActive(1);
        Suspect(evidence, 600, 1, 2, 3);
        Assert.That(evidence.IsTurn(At(600)), Is.False, "a sequencer was active meanwhile");
        for (var i = 700; i < 1200; i += 100)
            Suspect(evidence, i, 1, 2, 3);
        Assert.That(evidence.IsTurn(At(1199)), Is.False);
        Suspect(evidence, 1200, 1, 2, 3);
        Assert.That(evidence.IsTurn(At(1200)), Is.True);
    }

    [Test]
    public void Silence_counts_only_in_the_first_wait()
    {
        foreach (var isFirstWait in new[] { true, false })
        {
            var evidence = Evidence(2, isFirstWait);
            foreach (var member in new byte[] { 1, 2, 3 })
                evidence.OnSummary(member, Summary(member, hears: false), At(0));
            Assert.That(evidence.IsTurn(At(0)), Is.False);
            Assert.That(evidence.IsTurn(At(300)), Is.EqualTo(isFirstWait), "its turn has come");
        }
    }

    [Test]
    public void A_sequencer_that_led_before_its_restart_does_not_wait()
    {
        var evidence = Evidence(3, isFirstWait: true);
        foreach (var member in new byte[] { 1, 2, 3 })
        {
            var installed = new Claim(Epoch.Of(3, 3), new BootId(6));
            evidence.OnSummary(member, Summary(member, hears: true) with { Installed = installed }, At(0));
        }

        Assert.That(evidence.IsTurn(At(0)), Is.True);
    }

    [Test]
    public void The_next_epoch_is_higher_than_any_that_a_message_names()
    {
        var evidence = Evidence(2);
        evidence.OnEpoch(Epoch.Of(4, 3));
        evidence.OnSummary(1, Summary(1, hears: false) with { Promised = new Claim(Epoch.Of(6, 1), default) }, At(0));
        evidence.OnSuspicion(1, new SeqSuspect(Epoch.Of(5, 1), new Incarnation(1), 600), At(0));
        Assert.That(evidence.NextEpoch(), Is.EqualTo(Epoch.Of(7, 2)));
        Assert.That(evidence.NextEpoch(), Is.EqualTo(Epoch.Of(8, 2)));
    }

    private static CandidacyEvidence Evidence(byte id, bool isFirstWait = false)
    {
        var evidence = new CandidacyEvidence(s_options, id, s_boot);
        evidence.Restart(isFirstWait);
        return evidence;
    }

    private static void Suspect(CandidacyEvidence evidence, long milliseconds, params byte[] members)
    {
        foreach (var member in members)
            evidence.OnSuspicion(member, new SeqSuspect(s_epoch, new Incarnation(member), 600), At(milliseconds));
    }

    private static ViewSummary Summary(byte member, bool hears)
    {
        var claim = new Claim(s_epoch, new BootId(1));
        return new ViewSummary(new Incarnation(member), claim, claim, hears, s_view);
    }

    private static Instant At(long milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond, 0);
}
