using System.Text.Json;
using Dams.FrontEnd.Events;
using Dams.FrontEnd.Status;
using Dams.ReplicaManager;

namespace Dams.Tests.Status;

/// <summary>The JSON of both kinds of <c>/status</c>: what is written, byte for byte, and what is understood.</summary>
public sealed class StatusDocumentTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly ClusterStatus s_cluster = new(
        "dams", "0.1.0", 1, "2.1", "http://127.0.0.1:8081/",
        new SequencerStatus("sequencer1", "127.0.0.1:8082", 2, false, ["sequencer2"]), 12, 11, "disk",
        [
            new Dams.FrontEnd.Status.ReplicaStatus(
                "replica1", "127.0.0.1:8091", 3, "7", "9f", "Ledger", "waiting", false, 10, 12, "0123456789abcdef", 9, true, 1, 2, 3, 4,
                11, 431),
            new Dams.FrontEnd.Status.ReplicaStatus(
                "replica2", "127.0.0.1:8092", null, null, null, null, "dead", false, null, null, null, null, false, 0, 0, null, 0, null,
                null),
        ],
        [
            new Dams.FrontEnd.Status.ManagerStatus("manager1", "127.0.0.1:8101", 4, "active"),
            new Dams.FrontEnd.Status.ManagerStatus("manager2", "127.0.0.1:8102", null, "dead"),
        ],
        new ClusterCounters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        ["replica1's disk is <full>"],
        new Dictionary<string, long> { ["replicaStateChanged"] = 2, ["noQuorum"] = 1 },
        [new ClusterEvent(5, s_time, ClusterEventKind.ReplicaStateChanged, "replica1", "active → waiting")],
        ["replica2"]);

    private static readonly Dams.ReplicaManager.ManagerStatus s_manager = new(
        "manager1", 4, "running", new Dams.ReplicaManager.ReplicaStatus("replica1", 3, "running", 2, 137, "Ledger"),
        new GroupStatus("Member", "2.1", "7", true, 12), 1,
        new ReplacementStatus(3, "replica3", "Wrong", s_time), ["replica2 was replaced <too> often"],
        [new EventStatus(5, s_time, "replacementDecided", "replica3", "it's wrong → replaced")]);

    private static string Line(string text) => string.Concat(text.Split('\n').Select(line => line.Trim()));

    [Test]
    public void A_front_end_writes_every_field_in_its_order() => Assert.That(
        JsonSerializer.Serialize(s_cluster, StatusJson.Default.ClusterStatus), Is.EqualTo(Line("""
            {"cluster":"dams","release":"0.1.0","processId":1,"epoch":"2.1","control":"http://127.0.0.1:8081/",
            "sequencer":{"id":"sequencer1","address":"127.0.0.1:8082","processId":2,"active":false,"standbys":["sequencer2"]},
            "sequence":12,"committed":11,"durability":"disk",
            "replicas":[
            {"id":"replica1","address":"127.0.0.1:8091","processId":3,"incarnation":"7","boot":"9f","engine":"Ledger","state":"waiting",
            "votes":false,"executed":10,"durable":12,"digest":"0123456789abcdef","digestAt":9,"differs":true,"wrong":1,"silent":2,
            "restarts":3,"replacements":4,"waitingBefore":11,"sessionWindowSeconds":431},
            {"id":"replica2","address":"127.0.0.1:8092","state":"dead","votes":false,"differs":false,"wrong":0,"silent":0,
            "replacements":0}],
            "managers":[{"id":"manager1","address":"127.0.0.1:8101","processId":4,"state":"active"},
            {"id":"manager2","address":"127.0.0.1:8102","state":"dead"}],
            "counters":{"requests":1,"answered":2,"answeredByAll":3,"faults":4,"wrongReplies":5,"missingReplies":6,"replacements":7,
            "failovers":8,"divergences":9,"noQuorum":10},
            "alarms":["replica1\u0027s disk is \u003Cfull\u003E"],"eventCounts":{"replicaStateChanged":2,"noQuorum":1},
            "events":[{"id":5,"time":"2026-01-02T03:04:05.678+00:00","kind":"replicaStateChanged","node":"replica1",
            "text":"active \u2192 waiting"}],"waitingFor":["replica2"]}
            """)));

    [Test]
    public void A_front_end_leaves_out_what_it_waits_for_while_it_hears_a_sequencer() => Assert.That(
        JsonSerializer.Serialize(s_cluster with { WaitingFor = null }, StatusJson.Default.ClusterStatus),
        Does.EndWith("""waiting"}]}""").And.Not.Contain("waitingFor"));

    [Test]
    public void A_manager_writes_every_field_in_its_order() => Assert.That(
        JsonSerializer.Serialize(s_manager, ManagerJson.Default.ManagerStatus), Is.EqualTo(Line("""
            {"id":"manager1","processId":4,"state":"running",
            "replica":{"id":"replica1","processId":3,"state":"running","restarts":2,"lastExitCode":137,"version":"Ledger"},
            "group":{"state":"Member","epoch":"2.1","incarnation":"7","votes":true,"executed":12},"replacements":1,
            "replacing":{"decision":3,"replica":"replica3","cause":"Wrong","decided":"2026-01-02T03:04:05.678+00:00"},
            "alarms":["replica2 was replaced \u003Ctoo\u003E often"],
            "events":[{"number":5,"time":"2026-01-02T03:04:05.678+00:00","kind":"replacementDecided","node":"replica3",
            "text":"it\u0027s wrong \u2192 replaced"}]}
            """)));

    [Test]
    public void A_manager_writes_null_where_it_knows_nothing() => Assert.That(
        JsonSerializer.Serialize(
            s_manager with { Replacing = null, Replica = s_manager.Replica with { ProcessId = null, LastExitCode = null } },
            ManagerJson.Default.ManagerStatus),
        Does.Contain("""
            "replica":{"id":"replica1","processId":null,"state":"running","restarts":2,"lastExitCode":null,"version":"Ledger"}
            """).And.Contain("""
            "replacing":null,
            """));
}
