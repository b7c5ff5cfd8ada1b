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
