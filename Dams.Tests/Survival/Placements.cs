using System.Globalization;
using Dams.Hosting.Survival;
using Dams.Ordering;

namespace Dams.Tests.Survival;

/// <summary>
/// Reads placements in a short form. Hosts are separated by |, and are called a, b, c and so on. On a host, f, s and r stand for a front
/// end, a sequencer and a replica with its manager; numbers follow from the order.
/// </summary>
internal static class Placements
{
    public static Placement Of(string text, bool isStrict = false, bool isDurable = true)
    {
        var numbers = new Dictionary<NodeRole, byte>();
        var nodes = new List<PlacedNode>();
        foreach (var (host, index) in text.Split('|', StringSplitOptions.TrimEntries).Select((host, index) => (host, index)))
        {
            var name = ((char)('a' + index)).ToString(CultureInfo.InvariantCulture);
            foreach (var letter in host)
            {
                var role = letter switch
                {
                    'f' => NodeRole.FrontEnd,
                    's' => NodeRole.Sequencer,
                    'r' => NodeRole.Replica,
                    _ => throw new ArgumentException($"no role has the letter {letter}", nameof(text)),
                };
                var number = numbers[role] = (byte)(numbers.GetValueOrDefault(role) + 1);
                nodes.Add(new PlacedNode(new NodeId(role, number), name));
                if (role == NodeRole.Replica)
                    nodes.Add(new PlacedNode(NodeId.Manager(number), name));
            }
        }

        return new Placement(nodes, isStrict, isDurable);
    }
}
