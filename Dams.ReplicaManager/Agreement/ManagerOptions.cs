using System.Collections.Immutable;
using Dams.Hosting.Survival;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The rules of replacing, and the times of a manager's inquiries. Immutable. The rules must be the same at every manager, because the
/// agreed state depends on them.
/// </summary>
internal sealed record ManagerOptions
{
    /// <summary>The seats of the replicas, which are those of the managers too.</summary>
    public required IReadOnlyList<byte> Seats { get; init; }

    /// <summary>
    /// Each seat's list of versions, as the configuration has it. Every manager must have the same lists, because the agreed version of one
    /// seat depends on those of the others.
    /// </summary>
    public required IReadOnlyDictionary<byte, ImmutableArray<string>> Versions { get; init; }

    /// <summary>How many votes of managers other than the accused's own decide.</summary>
    public int VotesToDecide { get; init; } = VotingRules.VotesToDecide;

    /// <summary>How many healthy replicas must be left to copy from.</summary>
    public int DonorsMin { get; init; } = VotingRules.DonorsMin;

    /// <summary>
    /// A seat that was replaced this often within <see cref="ReplacementsWithin"/> is degraded: replacing doesn't help, so the operator
    /// must act.
    /// </summary>
    public int ReplacementsMax { get; init; } = 3;

    /// <summary>The time within which replacements and restarts are counted.</summary>
    public TimeSpan ReplacementsWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long managers hold back their votes for the death of a replica that its own manager starts again.</summary>
    public TimeSpan RestartHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many restarts within <see cref="ReplacementsWithin"/> hold the votes.</summary>
    public int RestartsMax { get; init; } = 3;

    /// <summary>
    /// A replacement that does not vote after this time is overdue: its seat is shown as dead, and others may be replaced.
    /// </summary>
    public TimeSpan ReplacementPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a manager watches a suspect before it votes.</summary>
    public TimeSpan ProbeTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a replica that answers may stand still before it counts as dead. A network that is cut for 20 seconds comes back in that
    /// time, with ten seconds to spare. It is as long as a sequencer waits for a disk (<see cref="GroupOptions.LaggardAfter"/>).
    /// </summary>
    public TimeSpan StandstillPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many entries the others keep for a replica that is behind. A replica that is further behind is replaced, which is faster than
    /// catching up.
    /// </summary>
    public long LagEntriesMax { get; init; } = GroupOptions.LagEntriesMaxDefault;

    /// <summary>How often a suspect is asked.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a manager looks at its own replica.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the state digests of all replicas are compared.</summary>
    public TimeSpan DigestInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often a manager reports a state that stays in the minority. It repeats the report, because others may have found otherwise while
    /// the difference goes on.
    /// </summary>
    public TimeSpan MinorityPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an inquiry waits for answers.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A replica's process that ends this often without an answer in between can't be started. A poison entry, which kills twice, and some
    /// bad luck stay below that.
    /// </summary>
    public int FailedStartsMax { get; init; } = 6;

    /// <summary>How many entries lie between two durable snapshots of the agreed state. The log is trimmed behind a snapshot.</summary>
    public int SnapshotEntries { get; init; } = 1_000;

    /// <summary>How many events are kept for people.</summary>
    public int EventsMax { get; init; } = 200;
}
