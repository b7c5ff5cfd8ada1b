namespace Dams.Ordering;

/// <summary>A position in the total order. Numbers are dense and begin at 1; 0 is "before the first".</summary>
/// <param name="Value">0 or more.</param>
public readonly record struct SequenceNumber(long Value) : IComparable<SequenceNumber>
{
    /// <summary>Before the first entry.</summary>
    public static readonly SequenceNumber Zero;

    /// <summary>The number after this one.</summary>
    public SequenceNumber Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(SequenceNumber other) => Value.CompareTo(other.Value);

    /// <summary>The lower of two.</summary>
    public static SequenceNumber Min(SequenceNumber left, SequenceNumber right) => left.Value <= right.Value ? left : right;

    /// <summary>The higher of two.</summary>
    public static SequenceNumber Max(SequenceNumber left, SequenceNumber right) => left.Value >= right.Value ? left : right;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The number that many positions later.</summary>
    public static SequenceNumber operator +(SequenceNumber left, long right) => new(left.Value + right);

    /// <summary>How many positions the left number is later than the right one.</summary>
    public static long operator -(SequenceNumber left, SequenceNumber right) => left.Value - right.Value;

    /// <summary>Order of numbers.</summary>
    public static bool operator <(SequenceNumber left, SequenceNumber right) => left.Value < right.Value;

    /// <summary>Order of numbers.</summary>
    public static bool operator >(SequenceNumber left, SequenceNumber right) => left.Value > right.Value;

    /// <summary>Order of numbers.</summary>
    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left.Value <= right.Value;

    /// <summary>Order of numbers.</summary>
    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left.Value >= right.Value;
}

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

/// <summary>
/// A claim: an epoch together with the boot of the sequencer that claims it. Members give their promises to a claim.
/// </summary>
/// <param name="Epoch">The claimed epoch.</param>
/// <param name="Boot">The sequencer's boot. A restarted sequencer can't use promises that were given to an earlier boot.</param>
public readonly record struct Reign(Epoch Epoch, BootId Boot)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Epoch}/{Boot}";
}

/// <summary>
/// The identity of one boot: 64 random bits for each start of a process. It is used in keys and nonces, and to tell the
/// boots of a sequencer apart; never in quorums.
/// </summary>
/// <param name="Value">Random; 0 is "none".</param>
public readonly record struct BootId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x4", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// The identity of a member's data folder. Views, quorums and votes use it. A member with a wiped folder is a new
/// incarnation.
/// </summary>
/// <param name="Value">Made with the folder; 0 is "none".</param>
public readonly record struct Incarnation(ulong Value)
{
    /// <summary>Reads the text form. Returns false for any other text, and for 0.</summary>
    public static bool TryParse(string? text, out Incarnation incarnation)
    {
        var isOne = ulong.TryParse(
            text, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value)
            && value != 0;
        incarnation = new Incarnation(isOne ? value : 0);
        return isOne;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The group that a datagram belongs to. Each group has its own epochs and states.</summary>
public enum GroupId : byte
{
    /// <summary>The replicas of the service.</summary>
    Replicas = 1,

    /// <summary>The replica managers.</summary>
    Managers = 2,
}
