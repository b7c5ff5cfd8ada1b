using Dams.Ordering;

namespace Dams.Lab;

/// <summary>A right reply, as the replica keeps it.</summary>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="Result">The canonical bytes of the reply.</param>
public sealed record TrueReply(SequenceNumber Seq, byte[] Result);
