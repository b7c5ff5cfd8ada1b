namespace Dams.Ordering.Transport;

/// <summary>Takes sealed datagrams to the network.</summary>
public interface IDatagramSink
{
    /// <summary>Sends a datagram, or loses it.</summary>
    void Send(NodeId to, ReadOnlySpan<byte> datagram);
}
