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

/// <summary>The remembered state of a front end, besides its rows.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Boot">Its present boot.</param>
/// <param name="Lowest">The front end repeats no request of its own with a lower number.</param>
/// <param name="RetiredBoots">Its latest earlier boots, the earliest retired one first.</param>
internal sealed record FrontEndState(byte Id, BootId Boot, ulong Lowest, IReadOnlyList<BootId> RetiredBoots);

/// <summary>
/// Learns of each section of the session table before it changes. So only touched sections are hashed again, and
/// snapshots are copied on write.
/// </summary>
internal interface ISessionObserver
{
    /// <summary>Called before the section changes, while it still has its old rows.</summary>
    void BeforeChange(long section);
}
