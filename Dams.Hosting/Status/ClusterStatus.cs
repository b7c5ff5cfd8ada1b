using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace Dams.Hosting.Status;

/// <summary>
/// The status of a cluster, which a front end serves as JSON at <c>/status</c>. Names, form and order are stable: a front end writes the
/// properties as they stand here, and leaves out those that are null. Readers are lenient, because a later release may say more and an
/// earlier one less. So each property has a default, and a list that is missing or null is empty.
/// </summary>
public sealed record ClusterStatus
{
    /// <summary>The name of the cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>The release of the front end that answers.</summary>
    public string? Release { get; init; }

    /// <summary>The host that does the SOAP calls of the front end that answers, with its version if it is not ours.</summary>
    public string? SoapHost { get; init; }

    /// <summary>The process id of the front end that answers.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The epoch of the last SYNC that the front end heard.</summary>
    public string? Epoch { get; init; }

    /// <summary>The address of the fault lab.</summary>
    public string? Control { get; init; }

    /// <summary>The sequencer that the front end believes to be active.</summary>
    public SequencerStatus? Sequencer { get; init; }

    /// <summary>The highest number that the sequencer has given.</summary>
    public long? Sequence { get; init; }

    /// <summary>The number of the last committed entry.</summary>
    public long? Committed { get; init; }

    /// <summary><c>disk</c> or <c>memory</c>: whether logs survive the end of a process.</summary>
    public string? Durability { get; init; }

    /// <summary>The replicas, by number.</summary>
    public IReadOnlyList<ReplicaStatus> Replicas { get; init => field = value ?? []; } = [];

    /// <summary>The managers, by number.</summary>
    public IReadOnlyList<ManagerSummary> Managers { get; init => field = value ?? []; } = [];

    /// <summary>The counters of the front end since its start.</summary>
    public ClusterCounters Counters { get; init => field = value ?? new(); } = new();

    /// <summary>Sentences about what an operator must decide.</summary>
    public IReadOnlyList<string> Alarms { get; init => field = value ?? []; } = [];

    /// <summary>How many events there were of each kind.</summary>
    public IReadOnlyDictionary<string, long> EventCounts { get; init => field = value ?? ReadOnlyDictionary<string, long>.Empty; } =
        ReadOnlyDictionary<string, long>.Empty;

    /// <summary>The last events, oldest first.</summary>
    public IReadOnlyList<ClusterEvent> Events { get; init => field = value ?? []; } = [];

    /// <summary>
    /// The replicas and sequencers that are missing while no sequencer is heard. Null while one is heard, and then it is not written.
    /// </summary>
    public IReadOnlyList<string>? WaitingFor { get; init; }

    /// <summary>
    /// A digest of the users that the front end knows, for a comparison of two front ends. Null if nobody has to authenticate.
    /// </summary>
    public string? UsersDigest { get; init; }

    /// <summary>The datagrams of the front end that answers.</summary>
    public TrafficStatus? Traffic { get; init; }

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

/// <summary>The sequencer that a front end believes to be active.</summary>
public sealed record SequencerStatus
{
    /// <summary>Its id, such as <c>sequencer1</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Where it listens.</summary>
    public string? Address { get; init; }

    /// <summary>Its process id, if it runs on the front end's machine.</summary>
    public int? ProcessId { get; init; }

    /// <summary>False while the front end hears no sequencer; this is then the one that it asks.</summary>
    /// <remarks>
    /// Not init-only: a generated reader sets an init-only property to false even when the document does not have it.
    /// </remarks>
    public bool Active { get; set; } = true;

    /// <summary>The ids of the other sequencers.</summary>
    public IReadOnlyList<string> Standbys { get; init => field = value ?? []; } = [];
}

/// <summary>A manager as a front end sees it. The manager's own report is its <see cref="ManagerStatus"/>.</summary>
public sealed record ManagerSummary
{
    /// <summary>Its id, such as <c>manager1</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Where it listens.</summary>
    public string? Address { get; init; }

    /// <summary>Its process id, if it has answered.</summary>
    public int? ProcessId { get; init; }

    /// <summary><c>active</c> or <c>dead</c>.</summary>
    public string? State { get; init; }
}

/// <summary>The counters of a front end since its start.</summary>
public sealed record ClusterCounters
{
    /// <summary>Calls that it has taken.</summary>
    public long Requests { get; init; }

    /// <summary>Calls that it has answered.</summary>
    public long Answered { get; init; }

    /// <summary>Requests for which the replies of all replicas were equal.</summary>
    public long AnsweredByAll { get; init; }

    /// <summary>Calls that ended without an answer.</summary>
    public long Faults { get; init; }

    /// <summary>Replies that the majority contradicted.</summary>
    public long WrongReplies { get; init; }

    /// <summary>Replies that did not come within the limit.</summary>
    public long MissingReplies { get; init; }

    /// <summary>How many replacements the managers have agreed on.</summary>
    public long Replacements { get; init; }

    /// <summary>Changes of epoch after the first.</summary>
    public long Failovers { get; init; }

    /// <summary>Requests whose replies were divided.</summary>
    public long Divergences { get; init; }

    /// <summary>Ordered requests that had no two equal replies in time.</summary>
    public long NoQuorum { get; init; }
}
