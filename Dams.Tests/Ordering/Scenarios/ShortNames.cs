using Dams.Ordering;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>Short names of processes, for scripts and their traces: <c>fe1</c>, <c>seq1</c>, <c>r1</c>, <c>rm1</c>.</summary>
internal static class ShortNames
{
    public static string Short(this NodeId id) => id.Role switch
    {
        NodeRole.FrontEnd => $"fe{id.Number}",
        NodeRole.Sequencer => $"seq{id.Number}",
        NodeRole.Replica => $"r{id.Number}",
        _ => $"rm{id.Number}",
    };
}
