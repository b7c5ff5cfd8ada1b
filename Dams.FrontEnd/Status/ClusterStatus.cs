using System.Text.Json.Serialization;
using Dams.FrontEnd.Events;

namespace Dams.FrontEnd.Status;

/// <summary>
/// The answer of <c>/status</c>. Names and form are stable. <c>WaitingFor</c> is present only while no sequencer is heard; see
/// <see cref="WaitedFor"/>.
/// </summary>
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
    ClusterCounters Counters,
    IReadOnlyList<string> Alarms,
    IReadOnlyDictionary<string, long> EventCounts,
    IReadOnlyList<ClusterEvent> Events,
    IReadOnlyList<string>? WaitingFor);

/// <summary>The sequencer that is believed to be active.</summary>
internal sealed record SequencerStatus(string Id, string Address, int? ProcessId, bool Active, IReadOnlyList<string> Standbys);

/// <summary>
/// One replica, as the front end and the replica itself see it. <c>Digest</c> is that of the state just after entry <c>DigestAt</c>,
/// which an idle replica has executed last. <c>Differs</c> says that the majority of the digests at that entry is another one. The
/// manager counts the <c>Restarts</c> of the same incarnation. With each of the <c>Replacements</c> another incarnation has begun to
/// vote. If <c>SessionWindowSeconds</c> is missing, the window reaches back to the beginning or is not known.
/// </summary>
internal sealed record ReplicaStatus(
    string Id,
    string Address,
    int? ProcessId,
    string? Incarnation,
    string? Boot,
    string? Engine,
    string State,
    bool Votes,
    long? Executed,
    long? Durable,
    string? Digest,
    long? DigestAt,
    bool Differs,
    long Wrong,
    long Silent,
    int? Restarts,
    long Replacements,
    long? WaitingBefore,
    long? SessionWindowSeconds);

/// <summary>One manager.</summary>
internal sealed record ManagerStatus(string Id, string Address, int? ProcessId, string State);

/// <summary>Counters since the front end started.</summary>
internal sealed record ClusterCounters(
    long Requests,
    long Answered,
    long AnsweredByAll,
    long Faults,
    long WrongReplies,
    long MissingReplies,
    int Replacements,
    long Failovers,
    long Divergences,
    long NoQuorum);

/// <summary>The part of a manager's own status that is read here. A manager of another release may report less.</summary>
/// <param name="ProcessId">The id of its process.</param>
/// <param name="State"><c>running</c> or <c>stopping</c>.</param>
/// <param name="Replica">Its replica's process.</param>
/// <param name="Events">The last events that the managers have agreed on; all managers number them alike.</param>
/// <param name="Replacements">How many replacements the managers have agreed on; the same at all of them.</param>
/// <param name="Alarms">Sentences that say what an operator must decide.</param>
internal sealed record ManagerReport(
    int ProcessId,
    string State,
    ManagerReplicaReport? Replica,
    IReadOnlyList<ManagerEvent>? Events = null,
    int Replacements = 0,
    IReadOnlyList<string>? Alarms = null);

/// <summary>A manager's report on its replica's process.</summary>
internal sealed record ManagerReplicaReport(int? ProcessId, string State, int Restarts);

/// <summary>An event that the managers have agreed on.</summary>
internal sealed record ManagerEvent(long Number, DateTimeOffset Time, string Kind, string Node, string Text);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ManagerReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
