using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Events;
using Dams.Ordering;
using Dams.Tests.Coordination;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Status;

/// <summary>The events and alarms that follow from the coordinator's transitions.</summary>
public sealed class CoordinatorSightingsTests
{
    private FakeTimeProvider _time = null!;
    private CoordinatorScript _script = null!;
    private StandingAlarms _alarms = null!;
    private ClusterEventJournal _journal = null!;
    private CoordinatorSightings _sightings = null!;

    [SetUp]
    public void Open()
    {
        _time = new FakeTimeProvider();
        _script = new CoordinatorScript();
        _alarms = new StandingAlarms();
        _journal = new ClusterEventJournal(new BootId(1), _time, NullLogger.Instance);
        _sightings = new CoordinatorSightings(new NodeId(NodeRole.FrontEnd, 1), _journal, _alarms, _time);
    }

    private IEnumerable<string> Look()
    {
        var before = _journal.Last(int.MaxValue).Count;
        _sightings.Look(_script.Coordinator, _script.Now);
        return _journal.Last(int.MaxValue).Skip(before)
            .Select(written => $"{written.Kind} {written.Node} {written.Text}");
    }

    [Test]
    public void Each_epoch_and_each_active_sequencer_is_reported_once()
    {
        Assert.That(Look(), Is.Empty);
        _script.Sync(1);
        Assert.That(Look(), Is.EqualTo(new[] { "epochChanged sequencer1 leads epoch 1.1" }));
        _script.Sync(1);
        Assert.That(Look(), Is.Empty);
        _script.Sync(2, sequencer: 2);
        Assert.That(Look(), Is.EqualTo(new[]
        {
            "epochChanged sequencer2 leads epoch 2.2, after epoch 1.1; unanswered requests are repeated",
            "sequencerChanged sequencer2 orders now, instead of sequencer1",
        }));
    }

    [Test]
    public void The_silence_and_the_return_of_a_sequencer_are_reported()
    {
        _script.Sync(1);
        Look();
        _script.Wait(_script.Options.SequencerPatience);
        Assert.That(Look(), Is.EqualTo(new[] { "sequencerSilent sequencer1 is not heard any more in epoch 1.1" }));
        Assert.That(Look(), Is.Empty);
        _script.Sync(1);
        Assert.That(Look(), Is.EqualTo(new[] { "sequencerHeard sequencer1 is heard again in epoch 1.1" }));
    }

    [Test]
    public void Incarnations_that_leave_join_and_vote_are_reported()
    {
        _script.Sync(1);
        Look();
        var members = CoordinatorScript.ViewOf(1, 2, 3).Members;
        View After(long number, SequenceNumber? votesFrom) =>
            new(new SequenceNumber(number), [.. members, new ViewMember(4, new Incarnation(9), votesFrom, new SequenceNumber(21))]);
        _script.View = new View(new SequenceNumber(20), members);
        _script.Sync(1);
        Assert.That(Look(), Is.EqualTo(new[] { "replicaLeft replica4 incarnation 4 was ordered out; its replies don't count any more" }));
        _script.View = After(21, null);
        _script.Sync(1);
        Assert.That(Look(), Is.EqualTo(new[] { "replicaJoined replica4 incarnation 9 has joined at 21 and catches up" }));
        _script.View = After(22, new SequenceNumber(22));
        _script.Sync(1);
        Assert.That(Look(), Is.EqualTo(new[] { "replicaActivated replica4 incarnation 9 votes from 22 on" }));
        Assert.That(_sightings.View, Is.EqualTo(_script.View));
    }

    [Test]
    public void The_first_wrong_reply_is_reported_at_once_and_the_next_ones_together()
    {
        void Judge(long seq, Verdict second) => _sightings.OnJudged(new Judgement(
            new SequenceNumber(seq), default,
            [new(1, default, Verdict.Right), new(2, default, second), new(3, default, Verdict.Right)]));
        Judge(5, Verdict.Wrong);
        Judge(6, Verdict.Right);
        Judge(7, Verdict.Wrong);
        Judge(7, Verdict.Silent);
        _time.Advance(Throttle.IntervalMin);
        Judge(8, Verdict.Wrong);
        Assert.That(_journal.Last(int.MaxValue).Select(written => $"{written.Kind} {written.Node} {written.Text}"), Is.EqualTo(new[]
        {
            "replyWrong replica2 gave a wrong reply to 5",
            "replySilent replica2 gave no reply to 7 in time",
            "replyWrong replica2 gave 2 more wrong replies, the last one to 8",
        }));
    }

    [Test]
    public void Requests_without_two_equal_replies_are_reported()
    {
        _script.Sync();
        var divergent = _script.Call(1);
        for (byte replica = 1; replica <= 4; replica++)
            _script.Reply(replica, divergent, result: replica);
        var alone = _script.Call(2, payload: 2);
        _script.Reply(1, alone);
        _script.Wait(_script.Options.CallDeadline);
        Assert.That(TellAlarms(), Is.EqualTo(new[]
        {
            "divergence frontend1 the replies to request 10 are divided: {1} against {2} against {3} against {4}; "
                + "the client got no answer; nobody is accused",
            "noQuorum frontend1 a request was ordered and had no two equal replies in time",
        }));
        Assert.That(_alarms.Texts, Is.EqualTo(new[]
        {
            "the replies to request 10 were divided: {1} against {2} against {3} against {4}; "
                + "nobody is accused; compare the replicas' states",
        }));
    }

    [Test]
    public void A_second_pair_after_the_answer_is_reported_and_accuses_nobody()
    {
        _script.Sync();
        _script.Vote(10, 1, 9, 1, 9);
        Assert.That(_script.Results.Values.Single(), Is.InstanceOf<Answered>());
        Assert.That(TellAlarms(), Is.EqualTo(new[]
        {
            "divergence frontend1 the replies to request 10 are divided: {1,3} against {2,4}; "
                + "the client already had the answer of the first pair; nobody is accused",
        }));
        Assert.That((_script.Judgements.Count, _script.Reports.Count), Is.EqualTo((0, 0)));
        Assert.That(_alarms.Texts, Is.EqualTo(new[]
        {
            "the replies to request 10 were divided: {1,3} against {2,4}; nobody is accused; compare the replicas' states",
        }));
    }

    [Test]
    public void Divided_votes_after_the_first_are_reported_together_and_the_alarm_counts_all()
    {
        _script.Sync();
        _script.Vote(10, 1, 1, 9, 9);
        _script.Vote(11, 1, 1, 9, 9);
        Assert.That(TellAlarms(), Has.Exactly(1).Items);
        Assert.That(_alarms.Texts.Single(), Does.StartWith(
            "the replies to 2 requests were divided since this front end started, the last time at 11: {1,2} against {3,4}"));
        _time.Advance(Throttle.IntervalMin);
        _script.Vote(12, 1, 1, 9, 9);
        Assert.That(TellAlarms(), Has.Exactly(1).StartsWith(
            "divergence frontend1 2 more requests had divided replies, the last one 12: {1,2} against {3,4}"));
    }

    [Test]
    public void Differing_replies_without_a_quorum_are_an_alarm_and_too_few_replies_are_not()
    {
        _script.Sync();
        _script.Vote(10, 1, 2, 3, 0);
        _script.Vote(11, 1, 0, 0, 0);
        _script.Wait(_script.Options.CallDeadline);
        Assert.That(TellAlarms(), Is.EqualTo(new[] { "noQuorum frontend1 a request was ordered and had no two equal replies in time" }));
        Assert.That(_alarms.Texts, Is.EqualTo(new[]
        {
            "the replies to request 10 were divided: {1} against {2} against {3}; nobody is accused; compare the replicas' states",
        }));
    }

    private List<string> TellAlarms()
    {
        var before = _journal.Last(int.MaxValue).Count;
        foreach (var alarm in _script.Alarms)
            _sightings.OnAlarm(alarm);
        _script.Alarms.Clear();
        return [.. _journal.Last(int.MaxValue).Skip(before).Select(written => $"{written.Kind} {written.Node} {written.Text}")];
    }
}
