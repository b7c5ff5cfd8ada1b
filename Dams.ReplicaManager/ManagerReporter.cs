using System.Text.Json;
using Dams.Hosting.Status;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.ReplicaManager.Agreement;

namespace Dams.ReplicaManager;

/// <summary>Builds the status that a manager serves at <c>/status</c>.</summary>
internal static class ManagerReporter
{
    /// <summary>The status of the replica's process, as far as its keeper knows it.</summary>
    public static ReplicaProcessStatus ReplicaOf(ReplicaKeeper keeper)
    {
        var process = keeper.Process.Status;
        return new ReplicaProcessStatus
        {
            Id = keeper.Id.ToString(),
            ProcessId = process.Process?.ProcessId,
            State = process.State.ToString().ToLowerInvariant(),
            Restarts = process.Restarts,
            LastExitCode = process.LastExitCode,
            Version = keeper.Version,
            Blocked = keeper.Blocked,
        };
    }

    /// <summary>Reads the status from the core. Call it in the core's loop.</summary>
    public static ManagerStatus Report(
        string id, bool isStopping, ReplicaProcessStatus replica, ProtocolDriver driver, ManagerProtocol manager, Instant now) =>
        new()
        {
            Id = id,
            ProcessId = Environment.ProcessId,
            State = isStopping ? "stopping" : "running",
            Replica = replica with { State = manager.State.StandingOf(manager.Member.Id, now.UnixMilliseconds) ?? replica.State },
            Group = new GroupStatus
            {
                State = manager.Member.State.ToString(),
                Epoch = manager.Member.Installed.Epoch.ToString(),
                Incarnation = manager.Member.Incarnation.ToString(),
                Votes = manager.Member.IsVoter,
                Executed = manager.Member.Executed.Value,
            },
            Replacements = manager.State.Replacements,
            Replacing = manager.State.Active is { } active
                ? new ReplacementStatus
                {
                    Decision = active.Number,
                    Replica = NameOf(active.Replica),
                    Cause = active.Cause.ToString(),
                    Decided = TimeOf(active.DecidedAt),
                }
                : null,
            Alarms = manager.State.AlarmsAt(now.UnixMilliseconds),
            Events =
            [
                .. manager.State.Events.Select(happening => new ManagerEvent
                {
                    Number = happening.Number,
                    Time = TimeOf(happening.Time),
                    Kind = JsonNamingPolicy.CamelCase.ConvertName(happening.Kind.ToString()),
                    Node = NameOf(happening.Replica),
                    Text = happening.Text,
                }),
            ],
            Traffic = TrafficStatus.Of(driver),
        };

    private static string NameOf(byte replica) => $"replica{replica}";

    private static DateTimeOffset TimeOf(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
}
