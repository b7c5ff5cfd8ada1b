namespace Dams.Ordering;

/// <summary>
/// A numbered period with one leading sequencer. Its value is counter · 256 + sequencer id, so two sequencers never own
/// the same epoch. 0 is "none yet". Kaashoek calls it the incarnation number of the group; Viewstamped Replication
/// calls it a view number.
/// </summary>
/// <param name="Value">Counter and sequencer id in one number. Comparisons use all of it.</param>
public readonly record struct Epoch(ulong Value) : IComparable<Epoch>
{
    /// <summary>Before the first epoch.</summary>
    public static readonly Epoch None;

    /// <summary>How often the group has been reset.</summary>
    public ulong Counter => Value >> 8;

    /// <summary>The sequencer that owns the epoch.</summary>
    public byte Sequencer => (byte)Value;

    /// <summary>The epoch of a counter and a sequencer.</summary>
    public static Epoch Of(ulong counter, byte sequencer) => new((counter << 8) | sequencer);

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() =>
        Value == 0 ? "none" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Counter}.{Sequencer}");

    /// <summary>Order of epochs.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    /// <summary>Order of epochs.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    /// <summary>Order of epochs.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    /// <summary>Order of epochs.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;
}
