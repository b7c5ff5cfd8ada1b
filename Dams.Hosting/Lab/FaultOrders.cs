using System.Text.Json.Serialization;

namespace Dams.Hosting.Lab;

/// <summary>The kinds of lies. The set of kinds is part of the tests' design. The command line has a word for each kind.</summary>
public enum LieKind
{
    /// <summary>The outcome of a write is wrong.</summary>
    Outcome = 0,

    /// <summary>The outcome is right, but another field of the reply is wrong: one of a list, a schedule or a cancellation.</summary>
    Field = 1,

    /// <summary>The reply is computed from the state as it was when the lie began.</summary>
    Stale = 2,

    /// <summary>The reply is wrong, and is sent after the others' replies.</summary>
    Late = 3,

    /// <summary>The replies are right, but the digest of the state is wrong.</summary>
    State = 4,

    /// <summary>The front end gets a wrong reply. A process that asks for the reply later gets the right one.</summary>
    TwoFaced = 5,

    /// <summary>The reply to a write is right, but is sent under numbers that are made up.</summary>
    Number = 6,
}

/// <summary>The words of the command line for the kinds of lies.</summary>
public static class LieKinds
{
    /// <summary>All words, in the order of <see cref="LieKind"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["outcome", "field", "stale", "late", "state", "two-faced", "number"];

    /// <summary>The word of a kind.</summary>
    public static string WordOf(LieKind kind) => Words[(int)kind];

    /// <summary>
    /// Whether managers see such a lie when they look for themselves. If they do not, the liar is outvoted and reported, but not replaced.
    /// </summary>
    public static bool IsFoundByManagers(LieKind kind) => kind is not (LieKind.TwoFaced or LieKind.Number);

    /// <summary>The kind of a word.</summary>
    /// <exception cref="FaultRefusedException">The word is not the word of a kind.</exception>
    public static LieKind Parse(string word) => Words.ToList().IndexOf(word) is >= 0 and var index
        ? (LieKind)index
        : throw FaultRefusedException.Wrong("kind", word, $"one of {string.Join(", ", Words)}");
}

/// <summary>
/// Makes a replica lie in <c>Count</c> replies or, for <c>state</c>, about <c>Count</c> checkpoints. Without a count it lies until it is
/// healed.
/// </summary>
public sealed record LieOrder(int Replica, string Kind, int? Count = null)
{
    /// <summary>The highest count.</summary>
    public const int CountMax = 1_000_000;
}

/// <summary>Makes the front end report a healthy replica as wrong and silent.</summary>
public sealed record AccuseOrder(int Replica);

/// <summary>Ends a process with kill -9.</summary>
public sealed record CrashOrder(string Process);

/// <summary>Pauses a process for a while.</summary>
public sealed record PauseOrder(string Process, string For);

/// <summary>Delays a replica's replies by a fixed time.</summary>
public sealed record SlowOrder(int Replica, string By);

/// <summary>
/// Drops, duplicates or corrupts a percentage of the datagrams: of all, or of those from a process, to a process, or both.
/// </summary>
public sealed record PacketOrder(double Percent, string? From = null, string? To = null);

/// <summary>Delays datagrams by a fixed time, and by up to <c>Jitter</c> more.</summary>
public sealed record DelayOrder(string By, string? Jitter = null, string? From = null, string? To = null);

/// <summary>Separates groups of processes, so that they do not hear each other: <c>1,2|3,4</c>.</summary>
public sealed record PartitionOrder(string Groups);

/// <summary>Ends all faults.</summary>
public sealed record HealOrder;

/// <summary>Stops the whole cluster.</summary>
public sealed record ShutdownOrder;

/// <summary>The faults that are injected at present.</summary>
/// <param name="Paused">The processes that are paused.</param>
/// <param name="Network">The network's faults, a line each.</param>
/// <param name="Datagrams">The counters of the proxy.</param>
/// <param name="Replicas">The faults of the replicas that answer.</param>
/// <param name="Accused">The replica that the front end accuses wrongly; null if there is none.</param>
public sealed record LabReport(
    IReadOnlyList<string> Paused, IReadOnlyList<string> Network, ProxyCounters Datagrams, IReadOnlyList<ReplicaLabReport> Replicas,
    int? Accused = null);

/// <summary>The faults that are injected into a replica.</summary>
/// <param name="Replica">The replica's number.</param>
/// <param name="Told">How many wrong replies or digests it has given since its process started.</param>
/// <param name="Lie">The kind of its lies; null if it tells the truth.</param>
/// <param name="Left">How many lies are left; null if it lies until it is healed.</param>
/// <param name="Slow">The delay of its replies; null if there is none.</param>
public sealed record ReplicaLabReport(int Replica, long Told, string? Lie = null, int? Left = null, string? Slow = null);

/// <summary>The JSON form of the orders. Unknown names are rejected: a misspelt name must not cause another fault than was meant.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(LieOrder))]
[JsonSerializable(typeof(AccuseOrder))]
[JsonSerializable(typeof(CrashOrder))]
[JsonSerializable(typeof(PauseOrder))]
[JsonSerializable(typeof(SlowOrder))]
[JsonSerializable(typeof(PacketOrder))]
[JsonSerializable(typeof(DelayOrder))]
[JsonSerializable(typeof(PartitionOrder))]
[JsonSerializable(typeof(HealOrder))]
[JsonSerializable(typeof(ShutdownOrder))]
[JsonSerializable(typeof(LabReport))]
[JsonSerializable(typeof(ReplicaLabReport))]
public sealed partial class FaultJson : JsonSerializerContext;
