using System.Collections.Immutable;
using System.Globalization;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;

namespace Dams.Lab;

/// <summary>
/// Reads the names of processes in orders: <c>2</c> or <c>replica2</c>, <c>manager2</c>, <c>sequencer1</c>, <c>frontend1</c>. The names of
/// the protocol's traces are accepted, too: <c>r2</c>, <c>rm2</c>, <c>seq1</c>, <c>fe1</c>.
/// </summary>
public static class FaultTargets
{
    private static readonly (string Short, NodeRole Role)[] s_shorts =
        [("", NodeRole.Replica), ("rm", NodeRole.Manager), ("r", NodeRole.Replica), ("seq", NodeRole.Sequencer), ("fe", NodeRole.FrontEnd)];

    /// <summary>Finds the process that a name stands for.</summary>
    /// <param name="topology">The cluster in which the process is looked up.</param>
    /// <param name="field">The field that has the name, for the error message.</param>
    /// <param name="text">A name in one of the forms above.</param>
    /// <exception cref="OrderRefusedException">There is no such process.</exception>
    public static NodeId Parse(ClusterTopology topology, string field, string text) =>
        TryParse(text, out var id) && topology.Find(id) is not null
            ? id
            : throw OrderRefusedException.Wrong(
                field, text, $"a replica's number, or one of {string.Join(", ", topology.Nodes.Select(node => node.Id))}");

    /// <summary>Finds the replica with a number.</summary>
    /// <exception cref="OrderRefusedException">There is no such replica.</exception>
    public static ReplicaNode Replica(ClusterTopology topology, int number) => topology.FindReplica(number)
        ?? throw OrderRefusedException.Wrong(
            "replica", number, $"one of {string.Join(", ", topology.Replicas.Select(replica => replica.Id.Number))}");

    /// <summary>
    /// Reads groups of processes: commas separate the names, and bars separate the groups. A bare number stands for a replica and its
    /// manager, which would be on one machine.
    /// </summary>
    /// <exception cref="OrderRefusedException">There are fewer than two groups, or a name is wrong or in two of them.</exception>
    public static ImmutableArray<ImmutableHashSet<NodeId>> ParseGroups(ClusterTopology topology, string text)
    {
        const string expected = "two or more groups of processes, such as 1,2|3,4 or 1,2,sequencer1|3,4";
        var groups = text.Split('|').Select(group => group.Split(',', StringSplitOptions.TrimEntries)
            .SelectMany(name => name.Length == 0 ? throw OrderRefusedException.Wrong("groups", text, expected) : Members(topology, name))
            .ToImmutableHashSet()).ToImmutableArray();
        if (groups.Length < 2)
            throw OrderRefusedException.Wrong("groups", text, expected);
        var twice = groups.SelectMany(group => group).GroupBy(node => node).FirstOrDefault(same => same.Count() > 1);
        return twice is null
            ? groups
            : throw OrderRefusedException.Wrong("groups", text, $"each process in one group, but {twice.Key} is in {twice.Count()}");
    }

    private static IEnumerable<NodeId> Members(ClusterTopology topology, string name)
    {
        var id = Parse(topology, "groups", name);
        yield return id;
        if (char.IsAsciiDigit(name[0]) && topology.Find(id with { Role = NodeRole.Manager }) is { } manager)
            yield return manager.Id;
    }

    private static bool TryParse(string text, out NodeId id)
    {
        if (NodeId.TryParse(text, out id))
            return true;
        foreach (var (word, role) in s_shorts)
        {
            if (text.StartsWith(word, StringComparison.Ordinal)
                && byte.TryParse(text.AsSpan(word.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                id = new NodeId(role, number);
                return true;
            }
        }

        return false;
    }
}
