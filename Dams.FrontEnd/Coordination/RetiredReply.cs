using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// The reply that replicas give to a request of an ended session: a request of an earlier boot, or a late copy of one that its front
/// end has finished. Immutable.
/// </summary>
internal static class RetiredReply
{
    private static readonly byte[] s_bytes = ReplyCodec.Encode(new RefusedReply(Refusal.SessionRetired));
    private static readonly Digest s_digest = Digest.Of(s_bytes);

    /// <summary>Whether a result is that reply.</summary>
    public static bool Is(ReadOnlySpan<byte> result) => result.SequenceEqual(s_bytes);

    /// <inheritdoc cref="Is(ReadOnlySpan{byte})"/>
    public static bool Is(Digest result) => result == s_digest;
}
