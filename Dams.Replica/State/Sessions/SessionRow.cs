using Dams.Ordering;

namespace Dams.Replica.State.Sessions;

/// <summary>What is remembered of a write, so that its repeat has no second effect. Immutable.</summary>
/// <param name="Key">The request.</param>
/// <param name="Digest">Of the request: the same key with another digest is a reuse.</param>
/// <param name="Seq">The number of the first execution; no two rows have the same.</param>
/// <param name="Reply">The canonical reply of the first execution.</param>
internal sealed record SessionRow(RequestKey Key, Digest Digest, SequenceNumber Seq, byte[] Reply)
{
    /// <summary>Numbers in a section of the table.</summary>
    public const int SectionSize = 1_000;

    /// <summary>The section that it is in.</summary>
    public long Section => SectionOf(Seq);

    /// <summary>The section that rows of a number are in.</summary>
    public static long SectionOf(SequenceNumber seq) => seq.Value / SectionSize;
}

/// <summary>What is remembered of a front end, besides its rows.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Boot">Its present life.</param>
/// <param name="Lowest">It repeats no request of its own with a lower number.</param>
/// <param name="RetiredBoots">Its last lives before that, the one that was retired first in front.</param>
internal sealed record FrontEndState(byte Id, BootId Boot, ulong Lowest, IReadOnlyList<BootId> RetiredBoots);

/// <summary>Is told before a section of the session table changes, so that only what was touched is hashed again, and snapshots are copied on write.</summary>
internal interface ISessionObserver
{
    /// <summary>The section still has its old rows.</summary>
    void BeforeChange(long section);
}
