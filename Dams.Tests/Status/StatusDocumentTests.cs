using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dams.Cli.Status;
using Dams.FrontEnd.Status;
using Dams.Hosting.Status;
using Dams.ReplicaManager;

namespace Dams.Tests.Status;

/// <summary>The JSON of both kinds of <c>/status</c>: what is written, byte for byte, and what is understood.</summary>
public sealed class StatusDocumentTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly TrafficStatus s_traffic = new()
    {
        Received = 1,
        BufferDrops = 8,
        Sent = 2,
        SendFailed = 3,
        Unroutable = 4,
        Dropped = new Dictionary<string, long> { ["unknownKey"] = 5 },
        WorkRefused = 6,
        LongestTurnMilliseconds = 7,
    };

    private static readonly ClusterStatus s_cluster = new()
    {
        Cluster = "dams",
        Release = "0.1.0",
        SoapHost = "Dams.Soap",
        ProcessId = 1,
        Epoch = "2.1",
        Control = "http://127.0.0.1:8081/",
        Sequencer = new SequencerStatus
        {
            Id = "sequencer1",
            Address = "127.0.0.1:8082",
            ProcessId = 2,
            Active = false,
            Standbys = ["sequencer2"],
        },
        Sequence = 12,
        Committed = 11,
        Durability = "disk",
        Replicas =
        [
            new ReplicaStatus
            {
                Id = "replica1",
                Address = "127.0.0.1:8091",
                ProcessId = 3,
                Incarnation = "7",
                Boot = "9f",
                Engine = "Ledger",
                State = "waiting",
                Votes = false,
                Executed = 10,
                Durable = 12,
                Digest = "0123456789abcdef",
                DigestAt = 9,
                Differs = true,
                Wrong = 1,
                Silent = 2,
                Restarts = 3,
                Replacements = 4,
                WaitingBefore = 11,
                SessionWindowSeconds = 431,
            },
            new ReplicaStatus
            {
                Id = "replica2",
                Address = "127.0.0.1:8092",
                State = "dead",
                Votes = false,
                Wrong = 0,
                Silent = 0,
                Replacements = 0,
            },
        ],
        Managers =
        [
            new ManagerSummary { Id = "manager1", Address = "127.0.0.1:8101", ProcessId = 4, State = "active" },
            new ManagerSummary { Id = "manager2", Address = "127.0.0.1:8102", State = "dead" },
        ],
        Counters = new ClusterCounters
        {
            Requests = 1,
            Answered = 2,
            AnsweredByAll = 3,
            Faults = 4,
            WrongReplies = 5,
            MissingReplies = 6,
            Replacements = 7,
            Failovers = 8,
            Divergences = 9,
            NoQuorum = 10,
        },
        Alarms = ["replica1's disk is <full>"],
        Warnings = ["There are 3 replicas"],
        EventCounts = new Dictionary<string, long> { ["replicaStateChanged"] = 2, ["noQuorum"] = 1 },
        Events =
        [
            new ClusterEvent { Id = 5, Time = s_time, Kind = "replicaStateChanged", Node = "replica1", Text = "active → waiting" },
        ],
        WaitingFor = ["replica2"],
        Traffic = s_traffic,
    };

    private static readonly ReplicaProcessStatus s_process =
        new() { Id = "replica1", ProcessId = 3, State = "running", Restarts = 2, LastExitCode = 137, Version = "Ledger" };

    private static readonly ManagerStatus s_manager = new()
    {
        Id = "manager1",
        ProcessId = 4,
        State = "running",
        Replica = s_process,
        Group = new GroupStatus { State = "Member", Epoch = "2.1", Incarnation = "7", Votes = true, Executed = 12 },
        Replacements = 1,
        Replacing = new ReplacementStatus { Decision = 3, Replica = "replica3", Cause = "Wrong", Decided = s_time },
        Alarms = ["replica2 was replaced <too> often"],
        Events =
        [
            new ManagerEvent
            {
                Number = 5,
                Time = s_time,
                Kind = "replacementDecided",
                Node = "replica3",
                Text = "it's wrong → replaced",
            },
        ],
        Traffic = s_traffic,
    };

    private static string Line(string text) => string.Concat(text.Split('\n').Select(line => line.Trim()));

    [Test]
    public void A_front_end_writes_every_field_in_its_order() => Assert.That(
        JsonSerializer.Serialize(s_cluster, StatusJson.Default.ClusterStatus), Is.EqualTo(Line("""
            {"cluster":"dams","release":"0.1.0","soapHost":"Dams.Soap","processId":1,"epoch":"2.1","control":"http://127.0.0.1:8081/",
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
            "alarms":["replica1\u0027s disk is \u003Cfull\u003E"],"warnings":["There are 3 replicas"],
            "eventCounts":{"replicaStateChanged":2,"noQuorum":1},
            "events":[{"id":5,"time":"2026-01-02T03:04:05.678+00:00","kind":"replicaStateChanged","node":"replica1",
            "text":"active \u2192 waiting"}],"waitingFor":["replica2"],
            "traffic":{"received":1,"bufferDrops":8,"sent":2,"sendFailed":3,"unroutable":4,"dropped":{"unknownKey":5},"workRefused":6,
            "longestTurnMilliseconds":7}}
            """)));

    [Test]
    public void A_front_end_leaves_out_what_it_waits_for_while_it_hears_a_sequencer() => Assert.That(
        JsonSerializer.Serialize(s_cluster with { WaitingFor = null }, StatusJson.Default.ClusterStatus),
        Does.Contain("""waiting"}],"traffic":""").And.Not.Contain("waitingFor"));

    [Test]
    public void A_front_end_leaves_out_warnings_if_it_has_none() => Assert.That(
        JsonSerializer.Serialize(s_cluster with { Warnings = null }, StatusJson.Default.ClusterStatus),
        Does.Contain("""\u003E"],"eventCounts":""").And.Not.Contain("warnings"));

    [Test]
    public void A_manager_writes_every_field_in_its_order() => Assert.That(
        JsonSerializer.Serialize(s_manager, ManagerJson.Default.ManagerStatus), Is.EqualTo(Line("""
            {"id":"manager1","processId":4,"state":"running",
            "replica":{"id":"replica1","processId":3,"state":"running","restarts":2,"lastExitCode":137,"version":"Ledger",
            "blocked":null},
            "group":{"state":"Member","epoch":"2.1","incarnation":"7","votes":true,"executed":12},"replacements":1,
            "replacing":{"decision":3,"replica":"replica3","cause":"Wrong","decided":"2026-01-02T03:04:05.678+00:00"},
            "alarms":["replica2 was replaced \u003Ctoo\u003E often"],
            "events":[{"number":5,"time":"2026-01-02T03:04:05.678+00:00","kind":"replacementDecided","node":"replica3",
            "text":"it\u0027s wrong \u2192 replaced"}],
            "traffic":{"received":1,"bufferDrops":8,"sent":2,"sendFailed":3,"unroutable":4,"dropped":{"unknownKey":5},"workRefused":6,
            "longestTurnMilliseconds":7}}
            """)));

    [Test]
    public void A_manager_writes_null_where_it_knows_nothing() => Assert.That(
        JsonSerializer.Serialize(
            s_manager with { Replacing = null, Replica = s_process with { ProcessId = null, LastExitCode = null } },
            ManagerJson.Default.ManagerStatus),
        Does.Contain("""
            "replica":{"id":"replica1","processId":null,"state":"running","restarts":2,"lastExitCode":null,
            """.TrimEnd()).And.Contain("""
            "version":"Ledger","blocked":null}
            """).And.Contain("""
            "replacing":null,
            """));

    /// <summary>The programs that read a status, each with its own options.</summary>
    private static IEnumerable<TestCaseData> ClusterReaders =>
    [
        new TestCaseData(StatusJson.Default.ClusterStatus).SetArgDisplayNames("front end"),
        new TestCaseData(PlainStatusJson.Default.ClusterStatus).SetArgDisplayNames("tool"),
    ];

    private static IEnumerable<TestCaseData> ManagerReaders =>
    [
        new TestCaseData(StatusJson.Default.ManagerStatus).SetArgDisplayNames("front end"),
        new TestCaseData(PlainStatusJson.Default.ManagerStatus).SetArgDisplayNames("tool"),
    ];

    [TestCaseSource(nameof(ClusterReaders))]
    public void A_status_that_is_read_and_written_again_is_the_same(JsonTypeInfo<ClusterStatus> reader)
    {
        var written = JsonSerializer.Serialize(s_cluster, StatusJson.Default.ClusterStatus);
        var read = JsonSerializer.Deserialize(written, reader);
        Assert.That(JsonSerializer.Serialize(read, StatusJson.Default.ClusterStatus), Is.EqualTo(written));
    }

    [TestCaseSource(nameof(ManagerReaders))]
    public void A_managers_status_that_is_read_and_written_again_is_the_same(JsonTypeInfo<ManagerStatus> reader)
    {
        var written = JsonSerializer.Serialize(s_manager, ManagerJson.Default.ManagerStatus);
        var read = JsonSerializer.Deserialize(written, reader);
        Assert.That(JsonSerializer.Serialize(read, ManagerJson.Default.ManagerStatus), Is.EqualTo(written));
    }

    [TestCaseSource(nameof(ClusterReaders))]
    public void A_status_with_less_or_more_is_understood(JsonTypeInfo<ClusterStatus> reader)
    {
        foreach (var text in new[]
        {
            """{"sequencer":{"id":"sequencer1"},"replicas":[{"state":"active"}],"events":[{"kind":"new"}],"somethingNew":[1]}""",
            """
            {"sequencer":{"id":"sequencer1","standbys":null},"replicas":[{"state":"active","votes":null}],"managers":null,"counters":null,
            "alarms":null,"eventCounts":null,"events":[{"kind":"new","node":null,"text":null}],"waitingFor":null,
            "traffic":{"dropped":null}}
            """,
        })
        {
            var read = JsonSerializer.Deserialize(text, reader)!;
            Assert.That((read.Sequencer!.Active, read.Sequencer.Standbys.Count, read.WaitingFor), Is.EqualTo((true, 0, (object?)null)));
            Assert.That((read.Managers.Count, read.Alarms.Count, read.EventCounts.Count), Is.EqualTo((0, 0, 0)));
            Assert.That(read.Counters, Is.EqualTo(new ClusterCounters()));
            Assert.That((read.Replicas[0].IsVoting, read.Replicas[0].Wrong), Is.EqualTo((true, (object?)null)));
            Assert.That(read.Events[0], Is.EqualTo(new ClusterEvent { Kind = "new" }));
            Assert.That(read.Traffic?.Dropped.Count ?? 0, Is.Zero);
        }
    }

    [TestCaseSource(nameof(ManagerReaders))]
    public void A_managers_status_with_less_or_more_is_understood(JsonTypeInfo<ManagerStatus> reader)
    {
        foreach (var text in new[]
        {
            """{"processId":1,"state":"running","somethingNew":{}}""",
            """{"processId":1,"state":"running","replica":null,"group":null,"replacing":null,"alarms":null,"events":null}""",
        })
        {
            var read = JsonSerializer.Deserialize(text, reader)!;
            Assert.That((read.ProcessId, read.State, read.Replacements), Is.EqualTo((1, "running", 0)));
            Assert.That((read.Replica, read.Group, read.Replacing), Is.EqualTo(((object?)null, (object?)null, (object?)null)));
            Assert.That((read.Alarms.Count, read.Events.Count), Is.EqualTo((0, 0)));
        }
    }

    [Test]
    public void The_tool_reads_numbers_from_texts_and_texts_without_what_a_terminal_obeys()
    {
        var read = JsonSerializer.Deserialize(
            """{"sequence":"12","alarms":["\u001b[2J"],"eventCounts":{"\u001b":"3"},"replicas":[{"executed":"9","boot":"\u202e"}]}""",
            PlainStatusJson.Default.ClusterStatus)!;
        Assert.That((read.Sequence, read.Replicas[0].Executed, read.EventCounts["\uFFFD"]), Is.EqualTo((12L, 9L, 3L)));
        Assert.That((read.Alarms[0], read.Replicas[0].Boot), Is.EqualTo(("\uFFFD[2J", "\uFFFD")));
    }
}
