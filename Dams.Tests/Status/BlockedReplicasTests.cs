using System.Collections.Immutable;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Status;
using Dams.Hosting.Status;
using Dams.Ordering;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Status;

/// <summary>A replica that a foreign process keeps from running is an alarm, and nobody accuses it.</summary>
internal sealed class BlockedReplicasTests
{
    private readonly ClusterEventJournal _journal = new(new BootId(1), TimeProvider.System, NullLogger.Instance);
    private readonly StandingAlarms _alarms = new();
    private readonly BlockedReplicas _blocked;

    public BlockedReplicasTests() => _blocked = new BlockedReplicas(NodeId.FrontEnd(1), _journal, _alarms);

    private IEnumerable<string> Told => _journal.Last(9).Select(told => $"{told.Kind}: {told.Text}");

    [Test]
    public void A_blocked_replica_is_one_alarm_until_its_manager_says_otherwise()
    {
        Poll((1, null), (3, "replica3 can't run: locked"));
        Poll((3, "replica3 can't run: locked"));
        Assert.That((_blocked.Includes(3), _blocked.Includes(1)), Is.EqualTo((true, false)));
        Assert.That(_alarms.Texts, Is.EqualTo(new[] { "replica3 can't run: locked" }));
        Poll((1, null));
        Assert.That(_blocked.Includes(3), "its manager has said nothing new");
        Poll((1, "replica1 can't run: locked"));
        Assert.That(_alarms.Texts, Is.EqualTo(new[] { "replica1 can't run: locked; replica3 can't run: locked" }));
        Poll((1, null), (3, null));
        Poll((1, null), (3, null));
        Assert.That((_blocked.Includes(3), _alarms.Texts), Is.EqualTo((false, Array.Empty<string>())));
        Assert.That(Told, Is.EqualTo(new[]
        {
            "alarm: replica3 can't run: locked", "alarm: replica1 can't run: locked",
            "alarmSettled: no foreign process keeps a replica from running any more",
        }));
    }

    private void Poll(params (int Number, string? Blocked)[] managers) => _blocked.OnPolled(new ClusterReports(
        ImmutableDictionary<int, GetStatusResult>.Empty,
        managers.ToImmutableDictionary(
            manager => manager.Number,
            manager => new ManagerStatus { Replica = new ReplicaProcessStatus { Blocked = manager.Blocked } })));
}
