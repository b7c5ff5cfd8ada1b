using Dams.Hosting.Status;

namespace Dams.Cli.Check.Plan;

/// <summary>A state of the cluster that a scenario waits for. It is read from the front end's status.</summary>
internal abstract record WaitCondition
{
    /// <summary>The process to look at for the active sequencer, whichever it is.</summary>
    public const string Sequencer = "sequencer";

    // Entries that are under way: a replica this far behind has caught up.
    private const long Behind = 8;

    /// <summary>Whether the state is reached.</summary>
    /// <param name="now">The present status.</param>
    /// <param name="before">The status before the last fault of the replica or sequencer that is looked at.</param>
    public abstract bool IsMet(ClusterStatus now, ClusterStatus before);

    /// <summary>The process that is looked at, such as <c>replica3</c>; null for the whole cluster.</summary>
    public virtual string? Process => null;

    /// <summary>The states in which <c>/status</c> can show a replica.</summary>
    public static IReadOnlyList<string> States { get; } = ["active", "joining", "restarting", "suspected", "waiting", "degraded", "dead"];

    private static ReplicaStatus? Find(ClusterStatus status, string replica) =>
        status.Replicas.FirstOrDefault(candidate => candidate.Id == replica);

    private static bool IsCaughtUp(ClusterStatus status, ReplicaStatus replica) =>
        replica.IsActive && replica.Executed >= status.Replicas.Max(other => other.Executed) - Behind;

    /// <summary>A replica is in a state of <see cref="States"/>.</summary>
    public sealed record InState(string Replica, string State) : WaitCondition
    {
        public override string? Process => Replica;

        public override bool IsMet(ClusterStatus now, ClusterStatus before) => Find(now, Replica)?.State == State;
    }

    /// <summary>A replica runs again in another process, has caught up and votes.</summary>
    public sealed record IsBack(string Replica) : WaitCondition
    {
        public override string? Process => Replica;

        public override bool IsMet(ClusterStatus now, ClusterStatus before) => Find(now, Replica) is { ProcessId: not null } replica
            && replica.ProcessId != Find(before, Replica)?.ProcessId && IsCaughtUp(now, replica);
    }

    /// <summary>A replica votes as another incarnation.</summary>
    public sealed record IsReplaced(string Replica) : WaitCondition
    {
        public override string? Process => Replica;

        public override bool IsMet(ClusterStatus now, ClusterStatus before) => Find(now, Replica) is { Incarnation: not null } replica
            && replica.Incarnation != Find(before, Replica)?.Incarnation && IsCaughtUp(now, replica);
    }

    /// <summary>The majority has contradicted so many more replies of a replica.</summary>
    public sealed record IsOutvoted(string Replica, int Times) : WaitCondition
    {
        public override string? Process => Replica;

        public override bool IsMet(ClusterStatus now, ClusterStatus before) =>
            (Find(now, Replica)?.Wrong ?? 0) - (Find(before, Replica)?.Wrong ?? 0) >= Times;
    }

    /// <summary>A sequencer gives the numbers in another epoch. It may be the same one: a crashed sequencer is restarted at once.</summary>
    public sealed record HasTakenOver : WaitCondition
    {
        public override string? Process => Sequencer;

        public override bool IsMet(ClusterStatus now, ClusterStatus before) =>
            now.Sequencer is { Active: true } && now.Epoch != before.Epoch;
    }

    /// <summary>All replicas are active and have the same state after the same entry.</summary>
    public sealed record AllEqual : WaitCondition
    {
        public override bool IsMet(ClusterStatus now, ClusterStatus before) => now.Replicas.Count > 0
            && now.Replicas.All(replica => replica.IsActive && replica.DigestAt == replica.Executed)
            && now.Replicas.Select(replica => (replica.Executed, replica.Digest)).Distinct().Count() == 1;
    }
}
