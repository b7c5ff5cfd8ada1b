using System.Runtime.Versioning;
using Dams.FrontEnd.Access;
using Dams.FrontEnd.Events;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Access;

[UnsupportedOSPlatform("windows")]
public sealed class AccessAlarmsTests
{
    private readonly StandingAlarms _alarms = new();
    private ClusterEventJournal _journal = null!;
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _journal = new ClusterEventJournal(new BootId(1), TimeProvider.System, NullLogger<ClusterEventJournal>.Instance);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void An_open_front_end_beyond_loopback_is_an_alarm_and_on_loopback_none()
    {
        var beyond = Read("""
            {
              "hosts": { "a": "10.20.1.10" }, "frontEnds": [{ "host": "a" }], "sequencers": [{ "host": "a" }],
              "replicas": [{ "host": "a" }], "access": "open"
            }
            """);
        AlarmsOf(beyond, null).Look();
        Assert.That(_alarms.Texts.Single(), Does.StartWith("anybody may book and cancel here"));
        _alarms.Settle(AlarmCause.AccessOpen);
        AlarmsOf(Read("""{ "access": "open" }"""), null).Look();
        Assert.That(_alarms.Texts, Is.Empty);
    }

    [Test]
    public void A_user_file_that_can_not_be_used_is_an_alarm_until_it_can()
    {
        var path = _folder.File("users.json");
        UserFile.Change(path, list => list.With(new User { Name = "MTLP1234" }));
        var store = UserStore.Open(path, mayBeAbsent: false, NullLogger.Instance);
        var alarms = AlarmsOf(Read("""{ "users": {} }"""), store);
        alarms.Look();
        Assert.That(_alarms.Texts, Is.Empty);
        File.Delete(path);
        store.Look();
        alarms.Look();
        alarms.Look();
        Assert.That(_alarms.Texts.Single(), Does.Contain("those before stay").And.Contain("does not exist"));
        UserFile.Change(path, list => list.With(new User { Name = "MTLP1234" }));
        store.Look();
        alarms.Look();
        Assert.That(_alarms.Texts, Is.Empty);
        Assert.That(_journal.Last(10).Select(told => told.Kind), Is.EqualTo(new[] { "alarm", "alarmSettled" }));
    }

    private ClusterTopology Read(string json) => TopologyReader.Read(json, _folder.Path).Topology!;

    private AccessAlarms AlarmsOf(ClusterTopology topology, UserStore? users) =>
        new(NodeId.FrontEnd(1), topology, users, _journal, _alarms);
}
