using System.Collections.Immutable;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Status;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Service;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Status;

/// <summary>The calls that are refused because disks are full, and the alarms about it.</summary>
public sealed class StorageGateTests
{
    private const long Much = StorageGate.WritesBytesMin;
    private const long Little = StorageGate.WritesBytesMin - 1;
    private const long Least = StorageGate.ReadsBytesMin - 1;

    private readonly ClusterTopology _topology = ClusterTopology.Default(dataFolder: "/data");
    private StandingAlarms _alarms = null!;
    private ClusterEventJournal _journal = null!;
    private StorageGate _gate = null!;

    [SetUp]
    public void Open()
    {
        _alarms = new StandingAlarms();
        _journal = new ClusterEventJournal(new Dams.Ordering.BootId(1), new FakeTimeProvider(), NullLogger.Instance);
        _gate = new StorageGate(new NodeId(NodeRole.FrontEnd, 1), _topology, _journal, _alarms);
    }

    private IEnumerable<string> Told =>
        _journal.Last(int.MaxValue).Select(written => $"{written.Kind} {written.Text}");

    /// <summary>A poll with the room that replicas report: null if there is enough. A replica that isn't named does not answer.</summary>
    private StorageState Poll(params (int Replica, long? Left)[] said)
    {
        _gate.OnPolled(new ClusterReports(
            said.ToImmutableDictionary(one => one.Replica, StatusOf), ImmutableDictionary<int, ManagerStatus>.Empty));
        return _gate.State;
    }

    private static GetStatusResult StatusOf((int Replica, long? Left) said) =>
        new() { Id = said.Replica, LogBytesLeft = said.Left ?? 0, LogBytesLeftSpecified = said.Left is not null };

    [Test]
    public void One_replica_that_reports_a_full_disk_stops_no_calls_and_is_named()
    {
        Assert.That(Poll((1, null), (2, 0), (3, null), (4, null)), Is.EqualTo(StorageState.Short));
        Assert.That((_gate.Refuses(isWrite: true), _gate.Refuses(isWrite: false)), Is.EqualTo((false, false)));
        Assert.That((_gate.IsShort(2), _gate.IsShort(3)), Is.EqualTo((true, false)));
        Poll((1, null), (3, null), (4, null));
        Assert.That(_gate.IsShort(2), Is.False, "a replica that does not answer is not excused by its earlier report");
        Poll((1, null), (2, Least), (3, null), (4, null));
        const string alarm = "the disk has no room for the log of replica2 (/data/replica2): writes go on without it; make room";
        Assert.That(_alarms.Texts, Is.EqualTo(new[] { alarm }));
    }

    [Test]
    public void Writes_are_refused_first_then_reads_and_room_for_the_group_itself_remains()
    {
        Assert.That(Poll((1, Much), (2, Much), (3, Much), (4, Much)), Is.EqualTo(StorageState.Short));
        Assert.That(Poll((1, Much), (2, Little), (3, Much), (4, Much)), Is.EqualTo(StorageState.Short), "three have room");
        Assert.That(Poll((1, Much), (2, Little), (3, Little), (4, Much)), Is.EqualTo(StorageState.NoWrites));
        Assert.That((_gate.Refuses(isWrite: true), _gate.Refuses(isWrite: false)), Is.EqualTo((true, false)));
        Assert.That(Poll((1, Little), (2, Least), (3, Least), (4, Little)), Is.EqualTo(StorageState.NoCalls));
        Assert.That((_gate.Refuses(isWrite: true), _gate.Refuses(isWrite: false)), Is.EqualTo((true, true)));
        const string Who = "the disk has no room for the log of replica1 (/data/replica1), replica2 (/data/replica2), "
            + "replica3 (/data/replica3), replica4 (/data/replica4): ";
        Assert.That(Told, Is.EqualTo(new[]
        {
            $"alarm {Who}writes are refused soon; make room",
            $"alarm {Who}writes are refused until there is room; reads are answered; make room",
            $"alarm {Who}writes and reads are refused until there is room; make room",
        }));
        Assert.That(_alarms.Texts, Has.Count.EqualTo(1));
    }

    [Test]
    public void An_unchanged_alarm_is_reported_once_and_so_is_its_end()
    {
        for (var poll = 0; poll < 5; poll++)
            Poll((1, Least), (2, Least), (3, null), (4, null));
        Assert.That(Poll((1, null), (2, null), (3, null), (4, null)), Is.EqualTo(StorageState.Open));
        Poll((1, null), (2, null), (3, null), (4, null));
        Assert.That(_alarms.Texts, Is.Empty);
        Assert.That(Told.Select(told => told.Split(' ')[0]), Is.EqualTo(new[] { "alarm", "alarmSettled" }));
    }

    [Test]
    public void A_replica_that_stops_answering_does_not_count_as_having_room()
    {
        Poll((1, Least), (2, Least), (3, null), (4, null));
        Assert.That(Poll((3, null), (4, null)), Is.EqualTo(StorageState.NoCalls));
        Assert.That(Poll((2, null), (3, null), (4, null)), Is.EqualTo(StorageState.Short));
    }

    [Test]
    public void The_fault_of_a_refused_call_says_not_executed_and_when_to_retry()
    {
        var fault = DamsFaults.NoRoom(readsToo: false, "id").Detail;
        Assert.That((fault.Code, fault.Execution, fault.RequestId, fault.RetryAfterMs),
            Is.EqualTo((DamsFaultCode.InsufficientReplicas, ExecutionState.NotExecuted, "id", 5000)));
        Assert.That(fault.Reason, Is.EqualTo(
            "Too few replicas have room on their disks. Until they have, writes are refused, and reads are answered."));
        Assert.That(DamsFaults.NoRoom(readsToo: true).Detail.Reason, Does.EndWith("writes and reads are refused."));
    }
}
