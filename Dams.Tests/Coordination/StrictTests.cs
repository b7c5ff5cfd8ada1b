using Dams.FrontEnd.Coordination;
using Dams.Tests.Mutation;
using static Dams.Tests.Coordination.CoordinatorScript;

namespace Dams.Tests.Coordination;

/// <summary>A strict write needs three equal replies, or two when no other replica can still reply, and no rival pair.</summary>
internal sealed class StrictTests
{
    private const byte Read = 3;
    private static readonly CoordinatorOptions s_strict = new() { Strict = true };

    [Test]
    public void A_write_waits_for_the_third_equal_reply()
    {
        var script = WithLeader();
        var request = script.Vote(10, 1, 1, 0, 0);
        Assert.That(script.Results, Is.Empty);
        script.Reply(3, request, seq: 10);
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
    }

    [Test]
    public void A_read_or_a_call_that_is_not_strict_does_not_wait_for_the_third_reply()
    {
        var script = WithLeader();
        var read = script.Call(1, opcode: Read);
        script.Reply(1, read);
        script.Reply(2, read);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
        var lax = WithLeader(new CoordinatorOptions());
        lax.Vote(10, 1, 1, 0, 0);
        Assert.That(lax.Results.Values.Single(), Is.InstanceOf<Answered>());
    }

    [Test]
    public void Two_equal_replies_are_enough_when_all_others_have_replied()
    {
        var script = new CoordinatorScript(s_strict, ViewOf(1, 2, 3));
        script.Sync();
        script.Vote(10, 1, 1, 9);
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
    }

    [Test]
    public void Two_equal_replies_are_enough_when_the_others_miss_the_limit()
    {
        var script = WithLeader();
        script.Vote(10, 1, 1, 9, 0);
        script.Wait(script.Options.SilenceFirst - TimeSpan.FromMilliseconds(1));
        Assert.That(script.Results, Is.Empty);
        script.Wait(TimeSpan.FromMilliseconds(1));
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
        Assert.That(script.Judgements.Single().Replicas.Select(judged => judged.Verdict),
            Is.EqualTo(new[] { Verdict.Right, Verdict.Right, Verdict.Wrong, Verdict.Silent }));
    }

    // Bug: first pair answers a strict write against a second.
    [Test]
    [FailsWithout(nameof(VotingMutants.RivalIsIgnored))]
    public void A_rival_pair_ends_a_strict_write_as_divergence()
    {
        var script = WithLeader();
        script.Vote(10, 1, 1, 9, 9);
        Assert.That(script.Results.Values.Single(), Is.EqualTo(new Failed(CallFailure.ReplicaDivergence)));
        Assert.That((script.Judgements.Count, script.Alarms.Count, script.Alarms[0].IsAnswered), Is.EqualTo((0, 1, false)));
    }

    // Both pairs have come before the answer's body.
    [Test]
    [FailsWithout(nameof(VotingMutants.RivalIsIgnored))]
    public void A_rival_pair_before_the_body_is_divergence_in_any_call()
    {
        var script = WithLeader(new CoordinatorOptions());
        var request = script.Call(1);
        script.Reply(1, request, hasBody: false);
        script.Reply(2, request, hasBody: false);
        script.Reply(3, request, result: 9);
        script.Reply(4, request, result: 9);
        script.Coordinator.OnBodyFetched(script.Wanted[0], new byte[] { 1 }, script.Now);
        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.ReplicaDivergence)));
    }

    [Test]
    public void The_body_is_fetched_while_the_call_waits_for_the_third_reply()
    {
        var script = WithLeader();
        var request = script.Call(1);
        script.Reply(1, request, hasBody: false);
        script.Reply(2, request, hasBody: false);
        Assert.That(script.Wanted, Has.Count.EqualTo(1));
        script.Coordinator.OnBodyFetched(script.Wanted[0], new byte[] { 1 }, script.Now);
        Assert.That(script.Results, Is.Empty);
        script.Reply(3, request, hasBody: false);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
    }

    [Test]
    public void A_call_ends_at_its_deadline_with_two_equal_replies_and_nobody_is_silent_yet()
    {
        var script = WithLeader(s_strict with { SilenceFirst = TimeSpan.FromSeconds(20) });
        script.Vote(10, 1, 1, 0, 0);
        script.Wait(script.Options.CallDeadline);
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
        Assert.That(script.Judgements, Is.Empty);
        script.Wait(TimeSpan.FromSeconds(20));
        Assert.That(script.Judgements.Single().Replicas.Select(judged => judged.Verdict),
            Is.EqualTo(new[] { Verdict.Right, Verdict.Right, Verdict.Silent, Verdict.Silent }));
    }

    private static CoordinatorScript WithLeader(CoordinatorOptions? options = null)
    {
        var script = new CoordinatorScript(options ?? s_strict);
        script.Sync();
        return script;
    }
}
