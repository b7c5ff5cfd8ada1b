using System.Text.Json;
using System.Text.Json.Serialization;
using Dams.Ordering;
using Dams.ReplicaManager.Agreement;

namespace Dams.ReplicaManager;

/// <summary>The status that a manager serves at <c>/status</c>.</summary>
/// <param name="State"><c>running</c> or <c>stopping</c>.</param>
/// <param name="Group">The manager as a member of the managers' group.</param>
/// <param name="Replacements">How many replacements have begun, over all seats, as agreed.</param>
/// <param name="Replacing">The replacement under way; null if there is none.</param>
/// <param name="Alarms">Sentences about problems that the operator should look at now; the same at all managers.</param>
/// <param name="Events">The last events, oldest first; their numbers are the same at all managers.</param>
internal sealed record ManagerStatus(
    string Id, int ProcessId, string State, ReplicaStatus Replica, GroupStatus Group, int Replacements, ReplacementStatus? Replacing,
    IReadOnlyList<string> Alarms, IReadOnlyList<EventStatus> Events)
{
    /// <summary>Reads the status from the core. Call it in the core's loop.</summary>
    public static ManagerStatus Of(string id, bool isStopping, ReplicaStatus replica, ManagerProtocol manager, Instant now) => new(
        id, Environment.ProcessId, isStopping ? "stopping" : "running",
        replica with { State = manager.State.StandingOf(manager.Member.Id, now.UnixMilliseconds) ?? replica.State },
        new GroupStatus(
            manager.Member.State.ToString(), manager.Member.Installed.Epoch.ToString(), manager.Member.Incarnation.ToString(),
            manager.Member.IsVoter, manager.Member.Executed.Value),
        manager.State.Replacements,
        manager.State.Active is { } active
            ? new ReplacementStatus(active.Number, NameOf(active.Replica), active.Cause.ToString(), TimeOf(active.DecidedAt))
            : null,
        manager.State.AlarmsAt(now.UnixMilliseconds),
        [.. manager.State.Events.Select(happening => new EventStatus(
            happening.Number, TimeOf(happening.Time), JsonNamingPolicy.CamelCase.ConvertName(happening.Kind.ToString()),
            NameOf(happening.Replica), happening.Text))]);

    private static string NameOf(byte replica) => $"replica{replica}";

    private static DateTimeOffset TimeOf(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
}

/// <summary>The status of a manager's replica and of its process.</summary>
/// <param name="ProcessId">Null while no process runs.</param>
/// <param name="State">
/// The managers' judgement, if they have one: <c>suspected</c>, <c>degraded</c> or <c>dead</c>. Else it is a
/// <see cref="Hosting.Supervision.SupervisedState"/> in lower case.
/// </param>
/// <param name="Restarts">How often this manager has started it again.</param>
/// <param name="LastExitCode">The process's last exit code, if this manager could see it.</param>
/// <param name="Version">The version that it runs, or will be started with.</param>
internal sealed record ReplicaStatus(string Id, int? ProcessId, string State, int Restarts, int? LastExitCode, string Version);

/// <summary>A manager as a member of the managers' group.</summary>
/// <param name="State">A <see cref="Ordering.Protocol.MemberState"/>.</param>
/// <param name="Epoch">The installed epoch.</param>
/// <param name="Incarnation">The identity of its data folder.</param>
/// <param name="Votes">Whether it counts in the group's quorums.</param>
/// <param name="Executed">The number of the last entry of the managers' order that it has applied.</param>
internal sealed record GroupStatus(string State, string Epoch, string Incarnation, bool Votes, long Executed);

/// <summary>A replacement under way.</summary>
/// <param name="Decision">The number of the decision.</param>
/// <param name="Replica">The id of the replica that is replaced.</param>
/// <param name="Cause">A <see cref="ReplacementCause"/>.</param>
/// <param name="Decided">When it was agreed on, by the sequencer's clock.</param>
internal sealed record ReplacementStatus(long Decision, string Replica, string Cause, DateTimeOffset Decided);

/// <summary>An event, in the same words at all managers.</summary>
/// <param name="Number">Dense, from 1.</param>
/// <param name="Time">By the sequencer's clock.</param>
/// <param name="Kind">A <see cref="ManagementEventKind"/> in camel case.</param>
/// <param name="Node">The id of the replica that it is about.</param>
/// <param name="Text">A sentence for people.</param>
internal sealed record EventStatus(long Number, DateTimeOffset Time, string Kind, string Node, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ManagerStatus))]
internal sealed partial class ManagerJson : JsonSerializerContext;
