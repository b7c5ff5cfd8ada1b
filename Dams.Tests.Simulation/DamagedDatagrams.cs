using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Transport;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <summary>
/// Damages the datagrams of messages on the way: seals them as in production, changes them, and shows them to the receiver. The
/// receiver must reject each one, so that the cores lose a message and nothing worse happens.
/// </summary>
internal sealed class DamagedDatagrams
{
    private const uint Cluster = 7;
    private const int ChangesMax = 4;
    private static readonly KeyRing s_keys = KeyRing.Of(1, new byte[KeyRing.KeySize]);

    private readonly byte[] _buffer = new byte[DatagramHeader.Overhead + MessageCodec.FramedBytesMax];

    /// <summary>Seals a message, damages the datagram, and checks that the receiver rejects it.</summary>
    public void Refuse(SimulatedNode from, Outgoing outgoing, SeededRandom random, Instant now)
    {
        using var sealer = new DatagramSealer(from.Id, from.Boot, from.Group, Cluster, s_keys);
        using var opener = new DatagramOpener(
            new DatagramOpenerOptions { Self = outgoing.To, ClusterId = Cluster, Groups = [from.Group] }, s_keys, new TransportCounters());
        var length = MessageCodec.Write(_buffer.AsSpan(DatagramHeader.Size), outgoing.Message);
        var whole = _buffer.AsSpan(0, length + DatagramHeader.Overhead);
        sealer.Seal(whole, outgoing.To, outgoing.Epoch);
        var reason = opener.TryOpen(Damage(whole, random), 0, now, out _, out var body);
        Broken.Unless(
            reason != DropReason.None && body.IsEmpty,
            $"a damaged datagram from {from.Id} to {outgoing.To} was accepted: {outgoing.Message}");
    }

    /// <summary>Cuts the datagram short, or flips a few bits, each in another byte.</summary>
    private static Span<byte> Damage(Span<byte> datagram, SeededRandom random)
    {
        if (random.Chance(250))
            return datagram[..random.Below(datagram.Length)];
        var changes = Math.Min(1 + random.Below(ChangesMax), datagram.Length);
        var first = random.Below(datagram.Length);
        for (var i = 0; i < changes; i++)
            datagram[(first + i) % datagram.Length] ^= (byte)(1 << random.Below(8));
        return datagram;
    }
}
