using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Lab;

/// <summary>The fate of one datagram.</summary>
/// <param name="IsLost">The datagram is dropped; the other values do not matter.</param>
/// <param name="TurnedBit">The number of the bit that is flipped; null if the datagram stays whole.</param>
/// <param name="Delay">The time until it is sent.</param>
/// <param name="DuplicateDelay">The time until it is sent again; null if it is sent only once.</param>
internal readonly record struct DatagramFate(bool IsLost, int? TurnedBit, TimeSpan Delay, TimeSpan? DuplicateDelay);

/// <summary>
/// Draws the fates of the datagrams of a link, which is one direction between two nodes. The fate of the n-th datagram depends on nothing
/// but the seed, the link, n and the faults of that moment. The moment when it comes depends on the machine. One thread.
/// </summary>
internal sealed class LinkDice(int seed, NodeId from, NodeId to)
{
    private readonly SeededRandom _random = new(
        ((ulong)(uint)seed << 32) | ((ulong)from.Role << 24) | ((ulong)from.Number << 16) | ((ulong)to.Role << 8) | to.Number);

    /// <summary>Draws the fate of the next datagram.</summary>
    public DatagramFate Throw(in LinkFaults faults, int length)
    {
        // The number of draws is always the same, so that a datagram's fate does not depend on the faults that others met.
        var (loss, duplicate, corrupt) = (Share(), Share(), Share());
        var (delay, delayAgain, bit) = (Share(), Share(), Share());
        return new DatagramFate(
            loss < faults.Loss,
            corrupt < faults.Corrupt && length > 0 ? (int)(bit * length * 8) : null,
            faults.Delay + (faults.Jitter * delay),
            duplicate < faults.Duplicate ? faults.Delay + (faults.Jitter * delayAgain) : null);
    }

    // A double holds 53 bits.
    private double Share() => (_random.Next() >> 11) * (1.0 / (1UL << 53));
}
