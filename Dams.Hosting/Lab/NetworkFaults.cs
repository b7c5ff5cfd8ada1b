using System.Collections.Immutable;
using System.Globalization;
using Dams.Ordering;

namespace Dams.Hosting.Lab;

/// <summary>What a rule does to datagrams.</summary>
public enum PacketFault
{
    /// <summary>Loses them.</summary>
    Drop = 0,

    /// <summary>Sends them twice.</summary>
    Duplicate = 1,

    /// <summary>Turns a bit over.</summary>
    Corrupt = 2,

    /// <summary>Sends them later.</summary>
    Delay = 3,
}

/// <summary>One fault of some or all links.</summary>
/// <param name="Fault">What.</param>
/// <param name="From">Whose datagrams; null for everyone's.</param>
/// <param name="To">Those to whom; null for everyone.</param>
/// <param name="Share">How many of them, from 0 to 1; a delay takes all.</param>
/// <param name="Delay">For a delay: what each takes.</param>
/// <param name="Jitter">For a delay: the most that each takes longer.</param>
public sealed record PacketRule(PacketFault Fault, NodeId? From, NodeId? To, double Share, TimeSpan Delay = default, TimeSpan Jitter = default)
{
    internal bool Covers(NodeId from, NodeId to) => (From is null || From == from) && (To is null || To == to);

    internal LinkFaults ApplyTo(in LinkFaults faults) => Fault switch
    {
        PacketFault.Drop => faults with { Loss = Share },
        PacketFault.Duplicate => faults with { Duplicate = Share },
        PacketFault.Corrupt => faults with { Corrupt = Share },
        _ => faults with { Delay = Delay, Jitter = Jitter },
    };

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{What}{(From is { } from ? $" from {from}" : "")}{(To is { } to ? $" to {to}" : "")}");

    private string What => Fault == PacketFault.Delay
        ? $"delay {DurationText.Write(Delay)}{(Jitter > TimeSpan.Zero ? $" and up to {DurationText.Write(Jitter)} more" : "")}"
        : string.Create(CultureInfo.InvariantCulture, $"{(Fault == PacketFault.Drop ? "drop" : Fault == PacketFault.Duplicate ? "duplicate" : "corrupt")} {Share * 100:0.###} %");
}

/// <summary>What is wrong with the network at a moment: rules, of which a later one of the same fault counts, and a partition. Immutable.</summary>
public sealed record NetworkFaults
{
    /// <summary>Rules are looked through for each datagram of a new link.</summary>
    public const int RulesMax = 100;

    /// <summary>A good network.</summary>
    public static readonly NetworkFaults None = new();

    /// <summary>The rules, in the order in which they were made.</summary>
    public ImmutableArray<PacketRule> Rules { get; init; } = [];

    /// <summary>Groups of which none hears another. Who is in no group hears everyone.</summary>
    public ImmutableArray<ImmutableHashSet<NodeId>> Groups { get; init; } = [];

    /// <summary>With one rule more, which replaces the one of the same fault and links.</summary>
    public NetworkFaults With(PacketRule rule) => this with
    {
        Rules = [.. Rules.Where(other => (other.Fault, other.From, other.To) != (rule.Fault, rule.From, rule.To)), rule],
    };

    /// <summary>What happens to datagrams from one node to another.</summary>
    public LinkFaults Between(NodeId from, NodeId to)
    {
        if (GroupOf(from) is { } group && GroupOf(to) is { } other && group != other)
            return LinkFaults.Cut;
        var faults = LinkFaults.None;
        foreach (var rule in Rules)
        {
            if (rule.Covers(from, to))
                faults = rule.ApplyTo(faults);
        }

        return faults;
    }

    /// <summary>For people, a line each.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        .. Rules.Select(rule => rule.ToString()),
        .. Groups.IsEmpty ? (string[])[] : [$"partition {string.Join(" | ", Groups.Select(group => string.Join(", ", group.Select(node => node.ToString()).Order(StringComparer.Ordinal))))}"],
    ];

    private int? GroupOf(NodeId node)
    {
        for (var i = 0; i < Groups.Length; i++)
        {
            if (Groups[i].Contains(node))
                return i;
        }

        return null;
    }
}
