using System.Text.Json.Serialization;

namespace Dams.Cli.Status;

/// <summary>
/// What a front end says at <c>/status</c>. Read leniently: a later release may say more, and an earlier one less. Properties with a default have a setter, because
/// generated readers set those that can only be initialised even when the document hasn't them.
/// </summary>
internal sealed record StatusDocument
{
    public string? Cluster { get; init; }

    public string? Release { get; init; }

    /// <summary>Of the front end that says this.</summary>
    public int? ProcessId { get; init; }

    public string? Epoch { get; init; }

    public string? Control { get; init; }

    public SequencerStatus? Sequencer { get; init; }

    public long? Sequence { get; init; }

    public long? Committed { get; init; }

    public IReadOnlyList<ReplicaStatus> Replicas { get; set; } = [];

    public IReadOnlyList<ManagerStatus> Managers { get; set; } = [];

    public CountersStatus Counters { get; set; } = new();

    /// <summary>What an operator must decide.</summary>
    public IReadOnlyList<string> Alarms { get; set; } = [];

    /// <summary>The last transitions, oldest first.</summary>
    public IReadOnlyList<EventStatus> Events { get; set; } = [];

    /// <summary>While no sequencer is heard: the replicas and sequencers that are missing.</summary>
    public IReadOnlyList<string> WaitingFor { get; set; } = [];

    /// <summary>How many replicas vote and are thought well of.</summary>
    [JsonIgnore]
    public int ActiveReplicas => Replicas.Count(replica => replica.IsActive);

    /// <summary>The processes of the cluster as far as they are known; the front end's own is the one that answers.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> ProcessIds =>
        [.. Replicas.Select(replica => replica.ProcessId).Append(Sequencer?.ProcessId).Append(ProcessId).Where(id => id is not null).Select(id => id!.Value)];
}

/// <summary>The sequencer that orders at present.</summary>
internal sealed record SequencerStatus
{
    public string? Id { get; init; }

    public string? Address { get; init; }

    public int? ProcessId { get; init; }

    /// <summary>False while none is heard, and this is the one that is asked.</summary>
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

    /// <summary>Whether its replies count, whatever is held against it; null if the front end does not say.</summary>
    public bool? Votes { get; init; }

    /// <summary>The same, as far as it can be told.</summary>
    [JsonIgnore]
    public bool IsVoting => Votes ?? IsActive;

    public long? Executed { get; init; }

    public string? Digest { get; init; }

    /// <summary>The entry just after which the state had that digest; a busy replica tells that of its last checkpoint.</summary>
    public long? DigestAt { get; init; }

    /// <summary>Whether the majority has another digest after the same entry.</summary>
    public bool Differs { get; init; }

    public long? Wrong { get; init; }

    public long? Silent { get; init; }

    /// <summary>How often its process was started again as the same incarnation.</summary>
    public long? Restarts { get; init; }

    /// <summary>How often a new incarnation has taken its place.</summary>
    public long? Replacements { get; init; }

    /// <summary>How far back in time it remembers requests of clients; null if to the beginning, or if it does not know.</summary>
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

/// <summary>What a front end has counted since it started.</summary>
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

    /// <summary>Requests that were ordered and had no two equal replies in time.</summary>
    public long NoQuorum { get; init; }
}

// Ids in JSON are text or numbers, as the writer likes: 64-bit ones lose digits as numbers in some readers. Some texts are a replica's own words, and go to a terminal.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString, Converters = [typeof(PlainTextConverter)])]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
