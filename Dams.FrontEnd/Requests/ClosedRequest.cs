using Dams.FrontEnd.Coordination;
using Dams.Ordering;

namespace Dams.FrontEnd.Requests;

/// <summary>The verdict on a replica's part in one request, for display.</summary>
internal enum RequestVerdict
{
    /// <summary>Its reply equals the majority's.</summary>
    Right = 0,

    /// <summary>Its reply differs from the majority's, or it contradicted itself.</summary>
    Wrong,

    /// <summary>It gave no reply within the limit.</summary>
    Silent,

    /// <summary>It replied, but there is no single majority to judge the reply by.</summary>
    Unjudged,

    /// <summary>It replied after the limit.</summary>
    Late,

    /// <summary>It did not vote yet. Or no replica has replied, so nothing shows that the request was ordered.</summary>
    NotAsked,
}

/// <summary>A replica's reply to a request, or the lack of one.</summary>
/// <param name="Replica">The replica's number.</param>
/// <param name="Incarnation">Its incarnation in the view when the request was closed.</param>
/// <param name="Result">The digest of the result in its first reply; null without a reply.</param>
/// <param name="Verdict">The verdict on its part in the request.</param>
internal readonly record struct ReplicaReply(byte Replica, Incarnation Incarnation, Digest? Result, RequestVerdict Verdict);

/// <summary>A request that has ended.</summary>
/// <param name="Seq">Its sequence number; null if no reply has named it.</param>
/// <param name="Time">When it was closed.</param>
/// <param name="Agreed">The time from the call to the second equal reply; null if there was none.</param>
/// <param name="RequestDigest">The digest that identifies the request.</param>
/// <param name="Payload">The canonical bytes of the command.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Replies">The reply of each member of the view.</param>
internal sealed record ClosedRequest(
    SequenceNumber? Seq,
    DateTimeOffset Time,
    TimeSpan? Agreed,
    Digest RequestDigest,
    ReadOnlyMemory<byte> Payload,
    CallResult Result,
    ReplicaReply[] Replies)
{
    /// <summary>Whether a reply may still come late.</summary>
    public bool IsMissingReplies => Array.Exists(Replies, reply => reply.Verdict == RequestVerdict.Silent);
}
