using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Replica.State.Sessions;

namespace Dams.Replica.Core;

/// <summary>The reply to an executed entry, as a replica keeps it outside the replicated state.</summary>
/// <param name="Key">Identifies the request.</param>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="RequestDigest">The digest of the request.</param>
/// <param name="ResultDigest">SHA-256 of the result.</param>
/// <param name="Result">The canonical reply.</param>
internal sealed record StoredReply(RequestKey Key, SequenceNumber Seq, Digest RequestDigest, Digest ResultDigest, byte[] Result)
{
    /// <summary>The reply to an entry that is executed for the first time.</summary>
    public static StoredReply Of(Entry entry, Reply reply)
    {
        var bytes = ReplyCodec.Encode(reply);
        return new StoredReply(entry.Request.Key, entry.Seq, entry.Request.Digest, Digest.Of(bytes), bytes);
    }

    /// <summary>The reply that the session table remembers.</summary>
    public static StoredReply Of(SessionRow row) => new(row.Key, row.Seq, row.Digest, Digest.Of(row.Reply), row.Reply);
}
