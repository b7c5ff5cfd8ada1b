using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dams.Contracts.Topology;

/// <summary>The role of a process in the cluster. An id begins with the role in lower case: <c>replica3</c>.</summary>
public enum NodeRole
{
    /// <summary>The SOAP endpoint: validates, submits, votes.</summary>
    FrontEnd = 0,

    /// <summary>Puts requests into the total order; one is active, the others stand by.</summary>
    Sequencer = 1,

    /// <summary>Executes the ordered requests with one version of the engine.</summary>
    Replica = 2,

    /// <summary>Starts, watches and replaces the replica of the same number.</summary>
    Manager = 3,
}

/// <summary>
/// The name of a process: its role and a number from 1 to <see cref="NumberMax"/>, written <c>sequencer1</c>, <c>manager4</c>.
/// </summary>
/// <param name="Role">The role of the process.</param>
/// <param name="Number">Unique among the processes of the role. A manager and its replica have the same number.</param>
public readonly record struct NodeId(NodeRole Role, int Number) : IComparable<NodeId>
{
    /// <summary>The highest number. An epoch holds a sequencer's number in one byte, and two digits are enough for people.</summary>
    public const int NumberMax = 99;

    /// <summary>The word that the ids of a role begin with.</summary>
    public static string WordOf(NodeRole role) => role switch
    {
        NodeRole.FrontEnd => "frontend",
        NodeRole.Sequencer => "sequencer",
        NodeRole.Replica => "replica",
        NodeRole.Manager => "manager",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "not a role"),
    };

    /// <summary>Reads the text form. The text must be exact, letter case included.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NodeId id)
    {
        id = default;
        if (text is null)
            return false;
        foreach (var role in (ReadOnlySpan<NodeRole>)[NodeRole.FrontEnd, NodeRole.Sequencer, NodeRole.Replica, NodeRole.Manager])
        {
            var word = WordOf(role);
            if (!text.StartsWith(word, StringComparison.Ordinal))
                continue;
            var digits = text.AsSpan(word.Length);
            if (digits.Length is < 1 or > 2 || digits[0] == '0'
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            id = new NodeId(role, number);
            return true;
        }

        return false;
    }

    /// <summary>By role, then number.</summary>
    public int CompareTo(NodeId other)
    {
        var byRole = Role.CompareTo(other.Role);
        return byRole != 0 ? byRole : Number.CompareTo(other.Number);
    }

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WordOf(Role)}{Number}");

    /// <summary>By role, then number.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>By role, then number.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>By role, then number.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>By role, then number.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}
