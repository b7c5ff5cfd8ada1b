using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Ordering.Transport;

/// <summary>
/// Puts messages to the same destination in the same epoch into common datagrams, in order, and seals them. A message
/// that goes to several destinations one after the other is encoded once. The packer owns its buffers and uses them
/// again. One thread.
/// </summary>
public sealed class DatagramPacker
{
    /// <summary>
    /// How many datagrams are filled at once: one for every node of a large cluster. If there are more, the oldest goes
    /// out early.
    /// </summary>
    internal const int OpenMax = 32;

    private readonly DatagramSealer _sealer;
    private readonly IDatagramSink _sink;
    private readonly int _bytesMax;
    private readonly byte[] _encoded = new byte[MessageCodec.FramedBytesMax];
    private readonly List<OpenDatagram> _open = [];
    private readonly Stack<OpenDatagram> _free = [];
    private Message? _encodedMessage;
    private int _encodedLength;

    /// <summary>Makes a packer.</summary>
    /// <param name="sealer">Seals the datagrams.</param>
    /// <param name="sink">Sends the datagrams.</param>
    /// <param name="datagramBytesMax">
    /// The longest datagram, header and tag included: from <see cref="DatagramHeader.DatagramBytesMax"/> to
    /// <see cref="DatagramHeader.LoopbackDatagramBytesMax"/>.
    /// </param>
    public DatagramPacker(DatagramSealer sealer, IDatagramSink sink, int datagramBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(datagramBytesMax, DatagramHeader.Overhead + MessageCodec.FramedBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(datagramBytesMax, DatagramHeader.LoopbackDatagramBytesMax);
        _sealer = sealer;
        _sink = sink;
        _bytesMax = datagramBytesMax;
    }

    /// <summary>Adds a message. A datagram that has no room for it is sent first.</summary>
    public void Add(in Outgoing outgoing)
    {
        if (!ReferenceEquals(outgoing.Message, _encodedMessage))
        {
            _encodedLength = MessageCodec.Write(_encoded, outgoing.Message);
            _encodedMessage = outgoing.Message;
        }

        var datagram = Find(outgoing.To, outgoing.Epoch);
        if (datagram.Length + _encodedLength > _bytesMax - DatagramHeader.TagSize)
            Send(datagram);
        _encoded.AsSpan(0, _encodedLength).CopyTo(datagram.Buffer.AsSpan(datagram.Length));
        datagram.Length += _encodedLength;
    }

    /// <summary>Sends the datagrams that were filled.</summary>
    public void Flush()
    {
        foreach (var datagram in _open)
        {
            Send(datagram);
            _free.Push(datagram);
        }

        _open.Clear();
        _encodedMessage = null;
    }

    private OpenDatagram Find(NodeId to, Epoch epoch)
    {
        foreach (var datagram in _open)
        {
            if (datagram.To == to && datagram.Epoch == epoch)
                return datagram;
        }

        if (_open.Count == OpenMax)
        {
            Send(_open[0]);
            _free.Push(_open[0]);
            _open.RemoveAt(0);
        }

        var opened = _free.TryPop(out var free) ? free : new OpenDatagram(_bytesMax);
        opened.To = to;
        opened.Epoch = epoch;
        _open.Add(opened);
        return opened;
    }

    private void Send(OpenDatagram datagram)
    {
        var bytes = datagram.Buffer.AsSpan(0, datagram.Length + DatagramHeader.TagSize);
        _sealer.Seal(bytes, datagram.To, datagram.Epoch);
        _sink.Send(datagram.To, bytes);
        datagram.Length = DatagramHeader.Size;
    }

    private sealed class OpenDatagram(int bytesMax)
    {
        public byte[] Buffer { get; } = new byte[bytesMax];

        public int Length { get; set; } = DatagramHeader.Size;

        public NodeId To { get; set; }

        public Epoch Epoch { get; set; }
    }
}
