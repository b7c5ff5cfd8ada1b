using Dams.FrontEnd.Coordination;
using Dams.Ordering;

namespace Dams.FrontEnd.Requests;

/// <summary>How a replica did in a request, for people.</summary>
internal enum RequestVerdict
{
    /// <summary>Its reply is that of the majority.</summary>
    Right = 0,

    /// <summary>Its reply is another one than the majority's, or it gave two.</summary>
    Wrong,

    /// <summary>No reply within the limit.</summary>
    Silent,

    /// <summary>A reply, and no majority to judge it by.</summary>
    Unjudged,

    /// <summary>A reply after the limit.</summary>
    Late,

    /// <summary>It did not vote yet, or nobody has replied, so that nothing shows that the request was ordered.</summary>
    NotAsked,
}

/// <summary>What a replica said to a request.</summary>
/// <param name="Replica">Which.</param>
/// <param name="Incarnation">And which of its incarnations: the one in the view when the request was closed.</param>
/// <param name="Result">The digest of its first reply's result; null without a reply.</param>
/// <param name="Verdict">How it did.</param>
internal readonly record struct ReplicaReply(byte Replica, Incarnation Incarnation, Digest? Result, RequestVerdict Verdict);

/// <summary>A request that has ended.</summary>
/// <param name="Seq">Its place in the order; null if no reply has told.</param>
/// <param name="Time">When it was closed.</param>
/// <param name="Agreed">How long after the call two replies were equal; null if they never were.</param>
/// <param name="RequestDigest">Which request it was.</param>
/// <param name="Payload">The canonical command.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Replies">Of each member of the view.</param>
internal sealed record ClosedRequest(
    SequenceNumber? Seq, DateTimeOffset Time, TimeSpan? Agreed, Digest RequestDigest, ReadOnlyMemory<byte> Payload, CallResult Result, ReplicaReply[] Replies)
{
    /// <summary>Whether a reply may still come late.</summary>
    public bool IsMissingReplies => Array.Exists(Replies, reply => reply.Verdict == RequestVerdict.Silent);
}
