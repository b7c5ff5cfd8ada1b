using System.Collections.Immutable;
using Dams.Contracts.Soap;
using Dams.Contracts.Topology;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Status;
using Dams.Ordering;
using Dams.Tests.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Status;

/// <summary>What polls of replicas and managers make of the journal.</summary>
public sealed class ClusterWatchTests
{
    private readonly ClusterTopology _topology = ClusterTopology.Default();
    private EventJournal _journal = null!;
    private ClusterWatch _watch = null!;
    private ClusterReports _reports = null!;

    [SetUp]
    public void Open()
    {
        _journal = new EventJournal(TimeProvider.System, NullLogger.Instance);
        _watch = new ClusterWatch(_topology, () => CoordinatorScript.ViewOf(1, 2, 3, 4), _journal);
        _reports = new ClusterReports(
            Enumerable.Range(1, 4).ToImmutableDictionary(id => id, id => new GetStatusResult { Id = id, Incarnation = new Incarnation((ulong)id).ToString(), Executed = 7, StateDigest = "aa" }),
            Enumerable.Range(1, 4).ToImmutableDictionary(id => id, _ => new ManagerReport(1, "running", new ManagerReplicaReport(2, "running", 0))));
    }

    private IEnumerable<string> PollTwice(ClusterReports reports)
    {
        var before = _journal.Last(int.MaxValue).Count;
        _watch.OnPolled(reports);
        _watch.OnPolled(reports);
        return _journal.Last(int.MaxValue).Skip(before).Select(written => $"{ClusterEventKindNames.Of(written.Kind)} {written.Node} {written.Text}");
    }

    private ClusterReports WithReplica(int id, Action<GetStatusResult> change)
    {
        var changed = new GetStatusResult { Id = id, Incarnation = _reports.Replicas[id].Incarnation, Executed = 7, StateDigest = "aa" };
        change(changed);
        return _reports with { Replicas = _reports.Replicas.SetItem(id, changed) };
    }

    private ClusterReports WithManager(int id, ManagerReport report) => _reports with { Managers = _reports.Managers.SetItem(id, report) };

    [Test]
    public void Who_was_never_heard_is_starting_and_no_news()
    {
        Assert.That(PollTwice(ClusterReports.None), Is.Empty);
        Assert.That(PollTwice(_reports), Has.Exactly(8).Items.And.Some.EqualTo("replicaStateChanged replica3 is active").And.Some.EqualTo("managerStateChanged manager4 is active"));
    }

    [Test]
    public void A_transition_is_told_when_two_polls_have_seen_it()
    {
        PollTwice(_reports);
        var silent = _reports with { Replicas = _reports.Replicas.Remove(2) };
        var before = _journal.Last(int.MaxValue).Count;
        _watch.OnPolled(silent);
        _watch.OnPolled(_reports);
        Assert.That(_journal.Last(int.MaxValue), Has.Count.EqualTo(before), "one late answer");
        Assert.That(PollTwice(silent), Is.EqualTo(new[] { "replicaStateChanged replica2 is restarting, and was active" }));
        Assert.That(PollTwice(silent with { Managers = silent.Managers.Remove(2) }), Is.EqualTo(new[]
        {
            "replicaStateChanged replica2 is dead, and was restarting", "managerStateChanged manager2 is dead, and was active",
        }));
        Assert.That(PollTwice(WithReplica(2, report => report.Incarnation = new Incarnation(99).ToString())), Does.Contain("replicaStateChanged replica2 is joining, and was dead"));
    }

    [Test]
    public void A_halted_replica_is_dead_and_managers_may_know_more()
    {
        PollTwice(_reports);
        Assert.That(PollTwice(WithReplica(1, report => report.State = "Halted")), Is.EqualTo(new[] { "replicaStateChanged replica1 is dead, and was active" }));
        Assert.That(PollTwice(WithManager(4, new ManagerReport(1, "running", new ManagerReplicaReport(2, "degraded", 0)))),
            Does.Contain("replicaStateChanged replica4 is degraded, and was active"));
    }

    [Test]
    public void A_state_that_differs_from_the_majority_is_told_once_for_an_incarnation()
    {
        PollTwice(_reports);
        var lie = WithReplica(3, report => report.StateDigest = "bb");
        Assert.That(PollTwice(lie), Is.EqualTo(new[] { "checkpointDiffers replica3 has another state than the majority after entry 7" }));
        Assert.That(PollTwice(lie), Is.Empty);
    }

    [Test]
    public void States_without_a_majority_or_after_different_entries_accuse_nobody()
    {
        PollTwice(_reports);
        var twoAndTwo = _reports with { Replicas = WithReplica(3, report => report.StateDigest = "bb").Replicas.SetItem(4, WithReplica(4, report => report.StateDigest = "bb").Replicas[4]) };
        Assert.That(PollTwice(twoAndTwo), Is.Empty);
        Assert.That(PollTwice(WithReplica(3, report => (report.StateDigest, report.Executed) = ("bb", 8))), Is.Empty);
    }

    [Test]
    public void What_the_managers_agree_on_is_told_once_in_their_order_with_their_time()
    {
        PollTwice(_reports);
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        ManagerReport Telling(params long[] numbers) => new(1, "running", new ManagerReplicaReport(2, "running", 0),
            [.. numbers.Select(number => new ManagerEvent(number, time, number == 3 ? "somethingNew" : "replacementDecided", "replica3", $"text {number}"))]);
        Assert.That(PollTwice(WithManager(1, Telling(2, 3)) with { Managers = _reports.Managers.SetItem(1, Telling(2, 3)).SetItem(2, Telling(1, 2)) }),
            Is.EqualTo(new[] { "replacementDecided replica3 text 1", "replacementDecided replica3 text 2", "managerEvent replica3 somethingNew: text 3" }));
        Assert.That(PollTwice(WithManager(3, Telling(1, 2, 3, 4))), Is.EqualTo(new[] { "replacementDecided replica3 text 4" }));
        Assert.That(_journal.Last(1).Single().Time, Is.EqualTo(time));
    }
}
