using System.Collections.Immutable;
using System.Globalization;
using Dams.Ordering;

namespace Dams.Lab;

/// <summary>The effect of a rule on datagrams.</summary>
public enum PacketFault
{
    /// <summary>Drops them.</summary>
    Drop = 0,

    /// <summary>Sends them twice.</summary>
    Duplicate = 1,

    /// <summary>Flips a bit.</summary>
    Corrupt = 2,

    /// <summary>Sends them later.</summary>
    Delay = 3,
}

/// <summary>One fault of some or all links.</summary>
/// <param name="Fault">The effect on the datagrams.</param>
/// <param name="From">The sender of the datagrams; null for every sender.</param>
/// <param name="To">The receiver of the datagrams; null for every receiver.</param>
/// <param name="Share">The share of the datagrams that are hit, from 0 to 1. A delay hits all.</param>
/// <param name="Delay">The delay of each datagram, if the fault is a delay.</param>
/// <param name="Jitter">The longest extra delay of each datagram, if the fault is a delay.</param>
public sealed record PacketRule(
    PacketFault Fault, NodeId? From, NodeId? To, double Share, TimeSpan Delay = default, TimeSpan Jitter = default)
{
    internal bool Covers(NodeId from, NodeId to) => (From is null || From == from) && (To is null || To == to);

    internal LinkFaults ApplyTo(in LinkFaults faults) => Fault switch
    {
        PacketFault.Drop => faults with { Loss = Share },
        PacketFault.Duplicate => faults with { Duplicate = Share },
        PacketFault.Corrupt => faults with { Corrupt = Share },
        _ => faults with { Delay = Delay, Jitter = Jitter },
    };

    /// <summary>The rule in words, for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{What}{(From is { } from ? $" from {from}" : "")}{(To is { } to ? $" to {to}" : "")}");

    private string What => Fault == PacketFault.Delay
        ? $"delay {DurationText.Write(Delay)}{(Jitter > TimeSpan.Zero ? $" and up to {DurationText.Write(Jitter)} more" : "")}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(Fault == PacketFault.Drop ? "drop" : Fault == PacketFault.Duplicate ? "duplicate" : "corrupt")} {Share * 100:0.###} %");
}

/// <summary>
/// The faults of the network at a moment: rules and a partition. If several rules for a link have the same fault, the last one counts.
/// Immutable.
/// </summary>
public sealed record NetworkFaults
{
    /// <summary>The most rules. All are searched for the first datagram of each link after a change.</summary>
    public const int RulesMax = 100;

    /// <summary>A network without faults.</summary>
    public static readonly NetworkFaults None = new();

    /// <summary>The rules, oldest first.</summary>
    public ImmutableArray<PacketRule> Rules { get; init; } = [];

    /// <summary>The groups of the partition: none hears another. A node that is in no group hears every node.</summary>
    public ImmutableArray<ImmutableHashSet<NodeId>> Groups { get; init; } = [];

    /// <summary>Makes a copy with one more rule. The new rule replaces the rule with the same fault, sender and receiver.</summary>
    public NetworkFaults With(PacketRule rule) => this with
    {
        Rules = [.. Rules.Where(other => (other.Fault, other.From, other.To) != (rule.Fault, rule.From, rule.To)), rule],
    };

    /// <summary>The faults of the link from one node to another.</summary>
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

    /// <summary>The faults in words for people, a line each.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        .. Rules.Select(rule => rule.ToString()),
        .. Groups.IsEmpty ? (string[])[] : [$"partition {string.Join(" | ", Groups.Select(NamesOf))}"],
    ];

    private static string NamesOf(ImmutableHashSet<NodeId> group) =>
        string.Join(", ", group.Select(node => node.ToString()).Order(StringComparer.Ordinal));

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
