using Dams.Ordering;

namespace Dams.Lab;

/// <summary>A wrong reply that was given.</summary>
/// <param name="Result">The canonical bytes of the reply.</param>
/// <param name="Digest">Their digest.</param>
/// <param name="IsStored">Whether <c>GetReply</c> gives the wrong reply, too.</param>
/// <param name="IsMisnumbered">Whether it is sent under other numbers than its own.</param>
internal sealed record ToldReply(byte[] Result, Digest Digest, bool IsStored, bool IsMisnumbered = false);
