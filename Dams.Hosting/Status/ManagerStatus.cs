namespace Dams.Hosting.Status;

/// <summary>
/// The status of a manager, which it serves as JSON at <c>/status</c>. A manager writes every property as it stands here, those that are
/// null as well. Readers are lenient: a manager of another release may say more or less. A list that is missing or null is empty.
/// </summary>
public sealed record ManagerStatus
{
    /// <summary>Its id, such as <c>manager1</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Its process id.</summary>
    public int ProcessId { get; init; }

    /// <summary><c>running</c> or <c>stopping</c>.</summary>
    public string? State { get; init; }

    /// <summary>Its replica.</summary>
    public ReplicaProcessStatus? Replica { get; init; }

    /// <summary>The manager as a member of the managers' group.</summary>
    public GroupStatus? Group { get; init; }

    /// <summary>How many replacements have begun, over all seats, as agreed; the same at all managers.</summary>
    public int Replacements { get; init; }

    /// <summary>The replacement under way; null if there is none.</summary>
    public ReplacementStatus? Replacing { get; init; }

    /// <summary>
    /// Sentences about problems that the operator should look at now: first those that all managers have agreed on, then those about the
    /// certificates of this manager's host.
    /// </summary>
    public IReadOnlyList<string> Alarms { get; init => field = value ?? []; } = [];

    /// <summary>The last events, oldest first; their numbers are the same at all managers.</summary>
    public IReadOnlyList<ManagerEvent> Events { get; init => field = value ?? []; } = [];

    /// <summary>The datagrams of the manager, in both groups.</summary>
    public TrafficStatus? Traffic { get; init; }
}

/// <summary>The process of a manager's replica.</summary>
public sealed record ReplicaProcessStatus
{
    /// <summary>The replica's id.</summary>
    public string? Id { get; init; }

    /// <summary>Null while no process runs.</summary>
    public int? ProcessId { get; init; }

    /// <summary>
    /// The managers' judgement, if they have one: <c>suspected</c>, <c>degraded</c> or <c>dead</c>. Else it is a
    /// <see cref="Supervision.SupervisedState"/> in lower case.
    /// </summary>
    public string? State { get; init; }

    /// <summary>How often this manager has started it again.</summary>
    public int Restarts { get; init; }

    /// <summary>The process's last exit code, if this manager could see it.</summary>
    public int? LastExitCode { get; init; }

    /// <summary>The version that it runs, or will be started with.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// A sentence that says which foreign process keeps it from running, by a lock on its folder; null if none does. It is not replaced
    /// for that.
    /// </summary>
    public string? Blocked { get; init; }
}

/// <summary>A manager as a member of the managers' group.</summary>
public sealed record GroupStatus
{
    /// <summary>A <see cref="Ordering.Protocol.MemberState"/>.</summary>
    public string? State { get; init; }

    /// <summary>The installed epoch.</summary>
    public string? Epoch { get; init; }

    /// <summary>The identity of its data folder.</summary>
    public string? Incarnation { get; init; }

    /// <summary>Whether it counts in the group's quorums.</summary>
    public bool Votes { get; init; }

    /// <summary>The number of the last entry of the managers' order that it has applied.</summary>
    public long Executed { get; init; }
}

/// <summary>A replacement under way.</summary>
public sealed record ReplacementStatus
{
    /// <summary>The number of the decision.</summary>
    public long Decision { get; init; }

    /// <summary>The id of the replica that is replaced.</summary>
    public string? Replica { get; init; }

    /// <summary>Why the managers replace it, in one word.</summary>
    public string? Cause { get; init; }

    /// <summary>When it was agreed on, by the sequencer's clock.</summary>
    public DateTimeOffset Decided { get; init; }
}

/// <summary>An event that the managers have agreed on, in the same words at all of them.</summary>
public sealed record ManagerEvent
{
    /// <summary>Its number, from 1 without a gap.</summary>
    public long Number { get; init; }

    /// <summary>When it happened, by the sequencer's clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The kind of event, in camel case. A reader may not know the kinds of a later release.</summary>
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The id of the replica that it is about.</summary>
    public string Node { get; init => field = value ?? ""; } = "";

    /// <summary>A sentence for people.</summary>
    public string Text { get; init => field = value ?? ""; } = "";
}
