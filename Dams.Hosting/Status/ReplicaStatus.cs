using System.Text.Json.Serialization;

namespace Dams.Hosting.Status;

/// <summary>A replica, as the front end and the replica itself see it; a part of <see cref="ClusterStatus"/>.</summary>
public sealed record ReplicaStatus
{
    /// <summary>Its id, such as <c>replica1</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Where it listens.</summary>
    public string? Address { get; init; }

    /// <summary>Its process id, from itself or from its manager.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The identity of its data folder.</summary>
    public string? Incarnation { get; init; }

    /// <summary>The identity of its process.</summary>
    public string? Boot { get; init; }

    /// <summary>The version that it runs.</summary>
    public string? Engine { get; init; }

    /// <summary>
    /// <c>active</c>, <c>joining</c>, <c>restarting</c>, <c>suspected</c>, <c>waiting</c>, <c>degraded</c> or <c>dead</c>.
    /// </summary>
    public string? State { get; init; }

    /// <summary>Whether its replies count, even if something is held against it; null if the front end does not say.</summary>
    public bool? Votes { get; init; }

    /// <summary>The number of the last entry that it has executed.</summary>
    public long? Executed { get; init; }

    /// <summary>The number of the last entry that it has on disk.</summary>
    public long? Durable { get; init; }

    /// <summary>A digest of its state.</summary>
    public string? Digest { get; init; }

    /// <summary>The entry just after which the state had that digest. A busy replica reports the digest of its last checkpoint.</summary>
    public long? DigestAt { get; init; }

    /// <summary>Whether the majority has another digest after the same entry.</summary>
    public bool Differs { get; init; }

    /// <summary>How many of its replies the majority contradicted.</summary>
    public long? Wrong { get; init; }

    /// <summary>How many of its replies did not come within the limit.</summary>
    public long? Silent { get; init; }

    /// <summary>How often its manager has restarted its process as the same incarnation.</summary>
    public long? Restarts { get; init; }

    /// <summary>How often a new incarnation has taken over its seat, and begun to vote.</summary>
    public long? Replacements { get; init; }

    /// <summary>The entry that a waiting replica does not execute.</summary>
    public long? WaitingBefore { get; init; }

    /// <summary>How far back in time it remembers clients' requests; null if it remembers all of them, or does not know.</summary>
    public long? SessionWindowSeconds { get; init; }

    /// <summary>Whether it votes, and nothing is held against it.</summary>
    [JsonIgnore]
    public bool IsActive => State == "active";

    /// <summary><see cref="Votes"/>, or <see cref="IsActive"/> if the front end does not say.</summary>
    [JsonIgnore]
    public bool IsVoting => Votes ?? IsActive;
}
