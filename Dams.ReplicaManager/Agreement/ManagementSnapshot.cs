using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The agreed state just after an entry of the managers' order: what a manager with a wiped folder begins from, and what lets logs be trimmed. Small: bounded by the
/// slots and by the events that are kept.
/// </summary>
/// <param name="Seq">The entry.</param>
/// <param name="Chain">The chain value at it, hexadecimal.</param>
/// <param name="Epoch">The epoch it was ordered in.</param>
/// <param name="EntryTime">Its time, in milliseconds since 1970.</param>
/// <param name="Number">The number of the last report.</param>
/// <param name="Time">Its time.</param>
/// <param name="LastEvent">The number of the last event.</param>
/// <param name="ShortageToldFor">The decision whose want of donors was told last.</param>
/// <param name="Active">The replacement whose turn it is.</param>
/// <param name="Queue">Agreed on, and waiting.</param>
/// <param name="Cases">Open charges.</param>
/// <param name="Events">The last events.</param>
/// <param name="Slots">What is agreed on about each slot.</param>
internal sealed record ManagementSnapshot(
    long Seq, string Chain, ulong Epoch, long EntryTime, long Number, long Time, long LastEvent, long ShortageToldFor, Decision? Active,
    IReadOnlyList<Decision> Queue, IReadOnlyList<Case> Cases, IReadOnlyList<ManagementEvent> Events, IReadOnlyList<SlotSnapshot> Slots)
{
    /// <summary>Where it is in the order.</summary>
    [JsonIgnore]
    public SnapshotPosition Position => new(
        new SequenceNumber(Seq), new Chain(UInt128.Parse(Chain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)), new Epoch(Epoch), EntryTime);

    /// <summary>As bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SnapshotJson.Default.ManagementSnapshot);

    /// <summary>Reads it; null if these bytes are none.</summary>
    public static ManagementSnapshot? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            var read = JsonSerializer.Deserialize(json, SnapshotJson.Default.ManagementSnapshot);
            return read is { Seq: > 0, Chain: not null, Queue: not null, Cases: not null, Events: not null, Slots: not null }
                && UInt128.TryParse(read.Chain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What is agreed on about one slot.</summary>
internal sealed record SlotSnapshot(
    byte Replica, int Replacements, int VersionTurns, IReadOnlyList<long> ReplacedAt, IReadOnlyList<long> RestartedAt, long LastRestart, long HeldSince,
    IReadOnlyList<ulong> Replaced, Decision? Overdue, Decision? LeftAlone);

[JsonSerializable(typeof(ManagementSnapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
