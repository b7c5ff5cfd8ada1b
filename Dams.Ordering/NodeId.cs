using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dams.Ordering;

/// <summary>
/// The name of a process: its role and a number from 1 to <see cref="NumberMax"/>, written <c>sequencer1</c>, <c>manager4</c>.
/// </summary>
/// <param name="Role">The role of the process.</param>
/// <param name="Number">Unique among the processes of the role. A manager and its replica have the same number.</param>
public readonly record struct NodeId(NodeRole Role, byte Number) : IComparable<NodeId>
{
    /// <summary>The highest number. An epoch holds a sequencer's number in one byte, and two digits are enough for people.</summary>
    public const byte NumberMax = 99;

    /// <summary>A front end.</summary>
    public static NodeId FrontEnd(byte number) => new(NodeRole.FrontEnd, number);

    /// <summary>A sequencer.</summary>
    public static NodeId Sequencer(byte number) => new(NodeRole.Sequencer, number);

    /// <summary>A replica.</summary>
    public static NodeId Replica(byte number) => new(NodeRole.Replica, number);

    /// <summary>A manager.</summary>
    public static NodeId Manager(byte number) => new(NodeRole.Manager, number);

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
                || !byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
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

    /// <summary>The text form. A role that came from the wire and is none is written as its number.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Enum.IsDefined(Role) ? WordOf(Role) : $"role{(byte)Role}-")}{Number}");

    /// <summary>By role, then number.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>By role, then number.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>By role, then number.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>By role, then number.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}
