using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The agreed state just after an entry of the managers' order. A manager with a wiped folder begins from it, and logs are trimmed behind
/// it. It is small, because the seats and the kept events bound it.
/// </summary>
/// <param name="Seq">The number of the entry.</param>
/// <param name="Chain">The chain value at the entry, hexadecimal.</param>
/// <param name="Epoch">The epoch in which the entry was ordered.</param>
/// <param name="EntryTime">The entry's time, in milliseconds since 1970.</param>
/// <param name="Number">The number of the last report.</param>
/// <param name="Time">The time of the last report, in milliseconds since 1970.</param>
/// <param name="LastEvent">The number of the last event.</param>
/// <param name="ShortageToldFor">The decision for which a lack of replicas to copy from was told last.</param>
/// <param name="Active">The replacement whose turn it is; null if there is none.</param>
/// <param name="Queue">The decisions that wait for their turn.</param>
/// <param name="Cases">The open cases.</param>
/// <param name="Events">The last events, oldest first.</param>
/// <param name="Seats">The agreed state of each seat. On disk its name is "Slots".</param>
internal sealed record AgreedSnapshot(
    long Seq, string Chain, ulong Epoch, long EntryTime, long Number, long Time, long LastEvent, long ShortageToldFor, Decision? Active,
    IReadOnlyList<Decision> Queue, IReadOnlyList<Case> Cases, IReadOnlyList<AgreedEvent> Events,
    [property: JsonPropertyName("Slots")] IReadOnlyList<SeatSnapshot> Seats)
{
    /// <summary>
    /// The most bytes of a snapshot. The kept events have most of them: 200 sentences of at most 300 bytes. A snapshot of real life has
    /// less than 100 KB.
    /// </summary>
    public const int BytesMax = 1 << 20;

    [JsonIgnore]
    public SnapshotPosition Position => new(
        new SequenceNumber(Seq), new Chain(UInt128.Parse(Chain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
        new Epoch(Epoch), EntryTime);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SnapshotJson.Default.AgreedSnapshot);

    /// <summary>Reads a snapshot; null if the bytes are not one, or are more than a snapshot can have.</summary>
    public static AgreedSnapshot? TryRead(ReadOnlySpan<byte> json)
    {
        if (json.Length > BytesMax)
            return null;
        try
        {
            var read = JsonSerializer.Deserialize(json, SnapshotJson.Default.AgreedSnapshot);
            return read is { Seq: > 0, Chain: not null, Queue: not null, Cases: not null, Events: not null, Seats: not null }
                && UInt128.TryParse(read.Chain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The agreed state of one seat.</summary>
internal sealed record SeatSnapshot(
    byte Replica, int Replacements, int VersionTurns, IReadOnlyList<long> ReplacedAt, IReadOnlyList<long> RestartedAt, long LastRestart,
    long HeldSince, IReadOnlyList<ulong> Replaced, Decision? Overdue, Decision? LeftAlone);
