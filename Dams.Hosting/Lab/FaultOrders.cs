using System.Text.Json.Serialization;

namespace Dams.Hosting.Lab;

/// <summary>What a replica lies about. Which kinds there are is part of the tests' design; the words are those of the command line.</summary>
public enum LieKind
{
    /// <summary>The outcome of a write is another one.</summary>
    Outcome = 0,

    /// <summary>The outcome is right, and something else of the reply is not: what a list, a schedule or a cancellation says.</summary>
    Field = 1,

    /// <summary>The reply is computed on the state as it was when the lie began.</summary>
    Stale = 2,

    /// <summary>Wrong, and sent after the others' replies.</summary>
    Late = 3,

    /// <summary>The replies are right, and the digest of the state is not.</summary>
    State = 4,

    /// <summary>The front end is told something wrong, and who asks for the reply later something right.</summary>
    TwoFaced = 5,

    /// <summary>The reply to a write is right, and told under numbers that are made up.</summary>
    Number = 6,
}

/// <summary>The words for kinds of lies.</summary>
public static class LieKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Words { get; } = ["outcome", "field", "stale", "late", "state", "two-faced", "number"];

    /// <summary>The word of a kind.</summary>
    public static string WordOf(LieKind kind) => Words[(int)kind];

    /// <summary>Whether a manager that looks for itself finds it: else the liar is outvoted and told of, and not replaced.</summary>
    public static bool IsFoundByManagers(LieKind kind) => kind is not (LieKind.TwoFaced or LieKind.Number);

    /// <summary>The kind of a word.</summary>
    /// <exception cref="FaultRefusedException">It is none.</exception>
    public static LieKind Parse(string word) => Words.ToList().IndexOf(word) is >= 0 and var index
        ? (LieKind)index
        : throw FaultRefusedException.Wrong("kind", word, $"one of {string.Join(", ", Words)}");
}

/// <summary>A replica shall lie: in so many replies or, for <c>state</c>, about so many checkpoints; until it is healed, if the count is not said.</summary>
public sealed record LieOrder(int Replica, string Kind, int? Count = null)
{
    /// <summary>The most that is counted.</summary>
    public const int CountMax = 1_000_000;
}

/// <summary>The front end shall report a healthy replica as wrong and silent.</summary>
public sealed record AccuseOrder(int Replica);

/// <summary>A process shall end by kill -9.</summary>
public sealed record CrashOrder(string Process);

/// <summary>A process shall do nothing for a while.</summary>
public sealed record PauseOrder(string Process, string For);

/// <summary>A replica's replies shall be sent later by so much.</summary>
public sealed record SlowOrder(int Replica, string By);

/// <summary>So many of the datagrams shall be lost, doubled or corrupted: of all, or of those from a process, to a process, or both.</summary>
public sealed record PacketOrder(double Percent, string? From = null, string? To = null);

/// <summary>Datagrams shall be late by so much, and by up to so much more.</summary>
public sealed record DelayOrder(string By, string? Jitter = null, string? From = null, string? To = null);

/// <summary>Groups of processes shall not hear each other: <c>1,2|3,4</c>.</summary>
public sealed record PartitionOrder(string Groups);

/// <summary>All faults shall end.</summary>
public sealed record HealOrder;

/// <summary>The whole cluster shall stop.</summary>
public sealed record ShutdownOrder;

/// <summary>What is wrong on purpose.</summary>
/// <param name="Paused">Who is paused.</param>
/// <param name="Network">The network's faults.</param>
/// <param name="Datagrams">What the proxy has counted.</param>
/// <param name="Replicas">The replicas, as far as they answer.</param>
/// <param name="Accused">The replica that the front end accuses wrongly.</param>
public sealed record LabReport(
    IReadOnlyList<string> Paused, IReadOnlyList<string> Network, ProxyCounters Datagrams, IReadOnlyList<ReplicaLabReport> Replicas, int? Accused = null);

/// <summary>What is wrong on purpose with a replica.</summary>
/// <param name="Replica">Its number.</param>
/// <param name="Told">How many wrong replies or digests it has given since its process started.</param>
/// <param name="Lie">What it lies about.</param>
/// <param name="Left">How many lies are left; null if it lies until it is healed.</param>
/// <param name="Slow">How late its replies are.</param>
public sealed record ReplicaLabReport(int Replica, long Told, string? Lie = null, int? Left = null, string? Slow = null);

/// <summary>The orders as JSON. Nothing is forgiven: a misspelt name must not make another fault than was meant.</summary>
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
