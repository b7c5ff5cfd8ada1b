using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>A reply that a replica has stored.</summary>
/// <param name="Seq">The number of the request's first execution.</param>
/// <param name="Request">The digest of the request.</param>
/// <param name="Result">The digest of the body that the replica gives, not the digest that it names for that body.</param>
internal readonly record struct StoredAnswer(long Seq, Digest Request, Digest Result);
