namespace Dams.Ordering.Transport;

/// <summary>
/// The use of a datagram. It decides which of the sender's keys protects the datagram, so that one use can't be taken
/// for another. The numeric values are used on the wire.
/// </summary>
public enum TrafficClass : byte
{
    /// <summary>Messages of the group protocol.</summary>
    Protocol = 1,
}
