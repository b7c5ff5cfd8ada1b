namespace Dams.Ordering;

/// <summary>A place in the total order. Dense, from 1; 0 is "before the first".</summary>
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

    /// <summary>A number further on.</summary>
    public static SequenceNumber operator +(SequenceNumber left, long right) => new(left.Value + right);

    /// <summary>How many numbers lie between.</summary>
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
/// The reign of one sequencer: counter · 256 + sequencer id, so that two sequencers never own one epoch. 0 is "none yet".
/// Kaashoek's incarnation number of the group; a view number in Viewstamped Replication.
/// </summary>
/// <param name="Value">Compared as a whole.</param>
public readonly record struct Epoch(ulong Value) : IComparable<Epoch>
{
    /// <summary>Before the first epoch.</summary>
    public static readonly Epoch None;

    /// <summary>How often the group has been reset.</summary>
    public ulong Counter => Value >> 8;

    /// <summary>The owner.</summary>
    public byte Sequencer => (byte)Value;

    /// <summary>The epoch of a counter and a sequencer.</summary>
    public static Epoch Of(ulong counter, byte sequencer) => new((counter << 8) | sequencer);

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value == 0 ? "none" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Counter}.{Sequencer}");

    /// <summary>Order of epochs.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    /// <summary>Order of epochs.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    /// <summary>Order of epochs.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    /// <summary>Order of epochs.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;
}

/// <summary>An epoch together with the boot of the sequencer that reigns in it: what a promise is given to.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Boot">The sequencer's boot: a restarted sequencer can't use what its former life was promised.</param>
public readonly record struct Reign(Epoch Epoch, BootId Boot)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Epoch}/{Boot}";
}

/// <summary>Random 64 bits of one start of a process. In keys and nonces, and to tell a sequencer from its former self; never in quorums.</summary>
/// <param name="Value">Random; 0 is "none".</param>
public readonly record struct BootId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x4", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Identity of a member's data folder: the identity in views, quorums and votes. A wiped folder is a new incarnation.</summary>
/// <param name="Value">Made with the folder; 0 is "none".</param>
public readonly record struct Incarnation(ulong Value)
{
    /// <summary>Reads the text form; false for anything else, and for 0.</summary>
    public static bool TryParse(string? text, out Incarnation incarnation)
    {
        var isOne = ulong.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value) && value != 0;
        incarnation = new Incarnation(isOne ? value : 0);
        return isOne;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Which of the groups a datagram belongs to. Epochs and states are per group.</summary>
public enum GroupId : byte
{
    /// <summary>The replicas of the service.</summary>
    Replicas = 1,

    /// <summary>The replica managers.</summary>
    Managers = 2,
}

/// <summary>What a node is. The numbers are on the wire.</summary>
public enum NodeRole : byte
{
    /// <summary>A sender of requests.</summary>
    FrontEnd = 1,

    /// <summary>An active or a standby sequencer.</summary>
    Sequencer = 2,

    /// <summary>A member of the replicas' group.</summary>
    Replica = 3,

    /// <summary>A member of the managers' group.</summary>
    Manager = 4,
}

/// <summary>A process on the network, by its place in the topology.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Number">Its number among its kind, from 1.</param>
public readonly record struct NodeId(NodeRole Role, byte Number)
{
    /// <summary>A front end.</summary>
    public static NodeId FrontEnd(byte number) => new(NodeRole.FrontEnd, number);

    /// <summary>A sequencer.</summary>
    public static NodeId Sequencer(byte number) => new(NodeRole.Sequencer, number);

    /// <summary>A replica.</summary>
    public static NodeId Replica(byte number) => new(NodeRole.Replica, number);

    /// <summary>A manager.</summary>
    public static NodeId Manager(byte number) => new(NodeRole.Manager, number);

    /// <inheritdoc/>
    public override string ToString() => Role switch
    {
        NodeRole.FrontEnd => $"fe{Number}",
        NodeRole.Sequencer => $"seq{Number}",
        NodeRole.Replica => $"r{Number}",
        NodeRole.Manager => $"rm{Number}",
        _ => $"?{Number}",
    };
}
