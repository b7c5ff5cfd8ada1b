using System.Text.Json.Serialization;

namespace Dams.Cli.Status;

/// <summary>
/// The JSON that a front end serves at <c>/status</c>. It is read leniently: a later release may say more, and an earlier one less.
/// Properties with a default have a setter: a generated reader sets an init-only property even when the document does not have it.
/// </summary>
internal sealed record StatusDocument
{
    public string? Cluster { get; init; }

    public string? Release { get; init; }

    /// <summary>The process id of the front end that answers.</summary>
    public int? ProcessId { get; init; }

    public string? Epoch { get; init; }

    public string? Control { get; init; }

    public SequencerStatus? Sequencer { get; init; }

    public long? Sequence { get; init; }

    public long? Committed { get; init; }

    public IReadOnlyList<ReplicaStatus> Replicas { get; set; } = [];

    public IReadOnlyList<ManagerStatus> Managers { get; set; } = [];

    public CountersStatus Counters { get; set; } = new();

    /// <summary>Sentences about what an operator must decide.</summary>
    public IReadOnlyList<string> Alarms { get; set; } = [];

    /// <summary>The last transitions, oldest first.</summary>
    public IReadOnlyList<EventStatus> Events { get; set; } = [];

    /// <summary>The replicas and sequencers that are missing while no sequencer is heard.</summary>
    public IReadOnlyList<string> WaitingFor { get; set; } = [];

    /// <summary>How many replicas vote with nothing held against them.</summary>
    [JsonIgnore]
    public int ActiveReplicas => Replicas.Count(replica => replica.IsActive);

    /// <summary>The known process ids: those of the replicas, of the sequencer, and of the front end that answers.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> ProcessIds =>
    [
        .. Replicas.Select(replica => replica.ProcessId).Append(Sequencer?.ProcessId).Append(ProcessId)
            .Where(id => id is not null).Select(id => id!.Value),
    ];
}

/// <summary>The sequencer that orders at present.</summary>
internal sealed record SequencerStatus
{
    public string? Id { get; init; }

    public string? Address { get; init; }

    public int? ProcessId { get; init; }

    /// <summary>False while the front end hears no sequencer; this is then the one that it asks.</summary>
    public bool Active { get; set; } = true;

    public IReadOnlyList<string> Standbys { get; set; } = [];
}

/// <summary>A replica as the front end sees it.</summary>
internal sealed record ReplicaStatus
{
    public string? Id { get; init; }

    public string? Address { get; init; }

    public int? ProcessId { get; init; }

    public string? Incarnation { get; init; }

    public string? Engine { get; init; }

    public string? State { get; init; }

    /// <summary>Whether it votes, and nothing is held against it.</summary>
    [JsonIgnore]
    public bool IsActive => State == "active";

    /// <summary>Whether its replies count, even if something is held against it; null if the front end does not say.</summary>
    public bool? Votes { get; init; }

    /// <summary><see cref="Votes"/>, or <see cref="IsActive"/> if the front end does not say.</summary>
    [JsonIgnore]
    public bool IsVoting => Votes ?? IsActive;

    public long? Executed { get; init; }

    public string? Digest { get; init; }

    /// <summary>The entry just after which the state had that digest. A busy replica reports the digest of its last checkpoint.</summary>
    public long? DigestAt { get; init; }

    /// <summary>Whether the majority has another digest after the same entry.</summary>
    public bool Differs { get; init; }

    public long? Wrong { get; init; }

    public long? Silent { get; init; }

    /// <summary>How often its process was restarted as the same incarnation.</summary>
    public long? Restarts { get; init; }

    /// <summary>How often a new incarnation has taken over its seat.</summary>
    public long? Replacements { get; init; }

    /// <summary>How far back in time it remembers clients' requests; null if it remembers all of them, or does not know.</summary>
    public long? SessionWindowSeconds { get; init; }

    /// <summary>The entry that a waiting replica does not execute.</summary>
    public long? WaitingBefore { get; init; }
}

/// <summary>A manager as the front end sees it.</summary>
internal sealed record ManagerStatus
{
    public string? Id { get; init; }

    public string? Address { get; init; }

    public int? ProcessId { get; init; }

    public string? State { get; init; }
}

/// <summary>A transition of the cluster.</summary>
internal sealed record EventStatus
{
    public DateTimeOffset Time { get; init; }

    public string? Kind { get; init; }

    public string? Node { get; init; }

    public string? Text { get; init; }
}

/// <summary>The counters of a front end since its start.</summary>
internal sealed record CountersStatus
{
    public long Requests { get; init; }

    public long Answered { get; init; }

    /// <summary>Requests for which the replies of all replicas were equal.</summary>
    public long AnsweredByAll { get; init; }

    public long Faults { get; init; }

    public long WrongReplies { get; init; }

    public long MissingReplies { get; init; }

    public long Replacements { get; init; }

    public long Failovers { get; init; }

    /// <summary>Requests whose replies were divided.</summary>
    public long Divergences { get; init; }

    /// <summary>Ordered requests that had no two equal replies in time.</summary>
    public long NoQuorum { get; init; }
}

// An id in JSON may be a text or a number: as numbers, 64-bit ids lose digits in some readers. Some texts are a replica's own words, and
// reach a terminal.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    Converters = [typeof(PlainTextConverter)])]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
