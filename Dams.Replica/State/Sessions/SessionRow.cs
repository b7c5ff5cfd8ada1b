using Dams.Ordering;

namespace Dams.Replica.State.Sessions;

/// <summary>A write that is remembered, so that its repeat has no second effect. Immutable.</summary>
/// <param name="Key">Identifies the request.</param>
/// <param name="Digest">The digest of the request. The same key with another digest is a reused id.</param>
/// <param name="Seq">The number of the first execution; no two rows have the same.</param>
/// <param name="Reply">The canonical reply of the first execution.</param>
internal sealed record SessionRow(RequestKey Key, Digest Digest, SequenceNumber Seq, byte[] Reply)
{
    /// <summary>How many numbers a section of the table covers.</summary>
    public const int SectionSize = 1_000;

    /// <summary>The section that this row belongs to.</summary>
    public long Section => SectionOf(Seq);

    /// <summary>The section that the row of a number belongs to.</summary>
    public static long SectionOf(SequenceNumber seq) => seq.Value / SectionSize;
}
