using System.Text.Json.Serialization;

namespace Dams.FrontEnd.Status;

/// <summary>What <c>/status</c> answers; names and form are stable.</summary>
internal sealed record ClusterStatus(
    string Cluster,
    string Release,
    int ProcessId,
    string Epoch,
    string Control,
    SequencerStatus Sequencer,
    long Sequence,
    long Committed,
    string Durability,
    IReadOnlyList<ReplicaStatus> Replicas,
    IReadOnlyList<ManagerStatus> Managers,
    ClusterCounters Counters);

/// <summary>The sequencer that is believed to be active.</summary>
internal sealed record SequencerStatus(string Id, string Address, int? ProcessId, bool Active, IReadOnlyList<string> Standbys);

/// <summary>
/// One replica, as the front end and the replica itself see it. The digest is of the state just after entry <c>DigestAt</c>, which an idle replica has executed last.
/// </summary>
internal sealed record ReplicaStatus(
    string Id, string Address, int? ProcessId, string? Incarnation, string? Boot, string? Engine, string State, long? Executed, long? Durable,
    string? Digest, long? DigestAt, long Wrong, long Silent, int Restarts, int Replacements, long? WaitingBefore);

/// <summary>One manager.</summary>
internal sealed record ManagerStatus(string Id, string Address, int? ProcessId, string State);

/// <summary>Counters since the front end started.</summary>
internal sealed record ClusterCounters(
    long Requests, long Answered, long AnsweredByAll, long Faults, long WrongReplies, long MissingReplies, int Replacements, long Failovers, long Divergences, long NoQuorum);

/// <summary>What is read of a manager's own status.</summary>
internal sealed record ManagerReport(int ProcessId, string State, ManagerReplicaReport? Replica);

/// <summary>What a manager says of its replica's process.</summary>
internal sealed record ManagerReplicaReport(int? ProcessId, string State, int Restarts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ManagerReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
