using System.Collections.Immutable;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Decides which version a seat's next incarnation runs: the first of its list, after the present one, that no other seat has. A version
/// that two replicas run can make the same mistake twice, and two equal replies are an answer. Pure; every manager decides the same,
/// because the lists are those of the configuration and the turns are agreed.
/// </summary>
/// <param name="lists">Each seat's versions, in the order in which its incarnations run them; at least one.</param>
internal sealed class VersionChoice(IReadOnlyDictionary<byte, ImmutableArray<string>> lists)
{
    /// <summary>The version of a seat after a number of turns. The list begins anew when it is over.</summary>
    public string VersionAt(byte seat, int turns) => lists[seat][turns % lists[seat].Length];

    /// <summary>Finds the turns of a seat's next incarnation.</summary>
    /// <param name="seat">The seat whose replacement begins.</param>
    /// <param name="changes">
    /// Whether the present version is to blame. If it is not, it stays, unless another seat has it, too.
    /// </param>
    /// <param name="turns">
    /// The turns of every seat. A seat counts whatever becomes of its replica: one that runs nothing comes back with the version it has.
    /// </param>
    /// <returns>
    /// The turns, which never fall. The present version comes last, after a whole round of the list. If other seats have all versions of
    /// the list, the next version is the one to run, or the present one stays if it is not to blame.
    /// </returns>
    public int NextTurns(byte seat, bool changes, IReadOnlyDictionary<byte, int> turns)
    {
        var taken = turns.Where(other => other.Key != seat).Select(other => VersionAt(other.Key, other.Value)).ToList();
        var present = turns[seat];
        if (!changes && !taken.Contains(VersionAt(seat, present)))
            return present;
        for (var next = present + 1; next <= present + lists[seat].Length; next++)
        {
            if (!taken.Contains(VersionAt(seat, next)))
                return next;
        }

        return changes ? present + 1 : present;
    }
}
