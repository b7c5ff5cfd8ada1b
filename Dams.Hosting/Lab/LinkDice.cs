using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.Hosting.Lab;

/// <summary>What becomes of one datagram.</summary>
/// <param name="IsLost">It is dropped; nothing else counts.</param>
/// <param name="TurnedBit">Which of its bits is turned over; null if it stays whole.</param>
/// <param name="Delay">When it is sent.</param>
/// <param name="DuplicateDelay">When it is sent again; null if it isn't.</param>
internal readonly record struct DatagramFate(bool IsLost, int? TurnedBit, TimeSpan Delay, TimeSpan? DuplicateDelay);

/// <summary>
/// The luck of one direction between two nodes. The fate of its n-th datagram depends on the seed, the link, n and the faults of that moment alone; when it
/// comes is the machine's. One thread.
/// </summary>
internal sealed class LinkDice(int seed, NodeId from, NodeId to)
{
    private readonly SeededRandom _random = new(((ulong)(uint)seed << 32) | ((ulong)from.Role << 24) | ((ulong)from.Number << 16) | ((ulong)to.Role << 8) | to.Number);

    /// <summary>Throws for the next datagram.</summary>
    public DatagramFate Throw(in LinkFaults faults, int length)
    {
        // Always the same number of throws, so that a datagram's fate does not hang on the faults that others met.
        var (loss, duplicate, corrupt) = (Share(), Share(), Share());
        var (delay, delayAgain, bit) = (Share(), Share(), Share());
        return new DatagramFate(
            loss < faults.Loss,
            corrupt < faults.Corrupt && length > 0 ? (int)(bit * length * 8) : null,
            faults.Delay + (faults.Jitter * delay),
            duplicate < faults.Duplicate ? faults.Delay + (faults.Jitter * delayAgain) : null);
    }

    // 53 bits: what a double holds.
    private double Share() => (_random.Next() >> 11) * (1.0 / (1UL << 53));
}
