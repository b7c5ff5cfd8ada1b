namespace Dams.Ordering.Messages;

/// <summary>The sender of a message, according to the authenticated header of its datagram.</summary>
/// <param name="From">The node that sent it.</param>
/// <param name="Boot">The sender's boot.</param>
/// <param name="Epoch">
/// The epoch in which the sender acts. A sequencer gives its own epoch. A member gives its installed epoch if that is
/// also the promised one, else none.
/// </param>
public readonly record struct Envelope(NodeId From, BootId Boot, Epoch Epoch);
