using Dams.FrontEnd.Coordination;
using NUnit.Framework;
using static Dams.Tests.Coordination.CoordinatorScript;

namespace Dams.Tests.Coordination;

/// <summary>A strict write: three equal replies, or two equal when nobody is left to speak, and no rival pair.</summary>
internal sealed class StrictTests
{
    private const byte Read = 3;
    private static readonly CoordinatorOptions s_strict = new() { Strict = true };

    [Test]
    public void A_write_waits_for_the_third_equal_reply()
    {
        var script = Reigned();
        var request = script.Vote(10, 1, 1, 0, 0);
        Assert.That(script.Results, Is.Empty);
        script.Reply(3, request, seq: 10);
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
    }

    [Test]
    public void A_read_and_any_call_of_a_lax_cluster_do_not()
    {
        var script = Reigned();
        var read = script.Call(1, opcode: Read);
        script.Reply(1, read);
        script.Reply(2, read);
        Assert.That(script.Results[1], Is.InstanceOf<Answered>());
        var lax = Reigned(new CoordinatorOptions());
        lax.Vote(10, 1, 1, 0, 0);
        Assert.That(lax.Results.Values.Single(), Is.InstanceOf<Answered>());
    }

    [Test]
    public void Two_equal_are_enough_when_the_others_have_spoken()
    {
        var script = new CoordinatorScript(s_strict, ViewOf(1, 2, 3));
        script.Sync();
        script.Vote(10, 1, 1, 9);
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
    }

    [Test]
    public void Two_equal_are_enough_when_the_others_are_silent_beyond_the_limit()
    {
        var script = Reigned();
        script.Vote(10, 1, 1, 9, 0);
        script.Wait(script.Options.SilenceFirst - TimeSpan.FromMilliseconds(1));
        Assert.That(script.Results, Is.Empty);
        script.Wait(TimeSpan.FromMilliseconds(1));
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
        Assert.That(script.Judgements.Single().Replicas.Select(judged => judged.Verdict), Is.EqualTo(new[] { Verdict.Right, Verdict.Right, Verdict.Wrong, Verdict.Silent }));
    }

    [Test]
    public void A_rival_pair_is_divergence_and_no_answer() => OnlyWithoutMutant(CoordinationMutant.RivalIsIgnored, options =>
    {
        var script = Reigned(options with { Strict = true });
        script.Vote(10, 1, 1, 9, 9);
        Assert.That(script.Results.Values.Single(), Is.EqualTo(new Failed(CallFailure.ReplicaDivergence)));
        Assert.That((script.Judgements.Count, script.Alarms.Count, script.Alarms[0].IsAnswered), Is.EqualTo((0, 1, false)));
    });

    // Both pairs are there before the answer's body is.
    [Test]
    public void A_rival_pair_that_comes_before_the_body_spoils_a_lax_call_too() => OnlyWithoutMutant(CoordinationMutant.RivalIsIgnored, options =>
    {
        var script = Reigned(options);
        var request = script.Call(1);
        script.Reply(1, request, hasBody: false);
        script.Reply(2, request, hasBody: false);
        script.Reply(3, request, result: 9);
        script.Reply(4, request, result: 9);
        script.Coordinator.OnBodyFetched(script.Wanted[0], new byte[] { 1 }, script.Now);
        Assert.That(script.Results[1], Is.EqualTo(new Failed(CallFailure.ReplicaDivergence)));
    });

    [Test]
    public void The_body_is_fetched_while_the_third_reply_is_waited_for()
    {
        var script = Reigned();
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
    public void A_limit_beyond_the_deadline_does_not_keep_two_equal_replies_from_being_the_answer_and_calls_nobody_silent()
    {
        var script = Reigned(s_strict with { SilenceFirst = TimeSpan.FromSeconds(20) });
        script.Vote(10, 1, 1, 0, 0);
        script.Wait(script.Options.CallDeadline);
        Assert.That(script.Results.Values.Single(), Is.InstanceOf<Answered>());
        Assert.That(script.Judgements, Is.Empty);
        script.Wait(TimeSpan.FromSeconds(20));
        Assert.That(script.Judgements.Single().Replicas.Select(judged => judged.Verdict), Is.EqualTo(new[] { Verdict.Right, Verdict.Right, Verdict.Silent, Verdict.Silent }));
    }

    private static CoordinatorScript Reigned(CoordinatorOptions? options = null)
    {
        var script = new CoordinatorScript(options ?? s_strict);
        script.Sync();
        return script;
    }
}
