using Dams.Ordering;

namespace Dams.Replica.State.Sessions;

/// <summary>The remembered state of a front end, besides its rows.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Boot">Its present boot.</param>
/// <param name="Lowest">The front end repeats no request of its own with a lower number.</param>
/// <param name="RetiredBoots">Its latest earlier boots, the earliest retired one first.</param>
internal sealed record FrontEndState(byte Id, BootId Boot, ulong Lowest, IReadOnlyList<BootId> RetiredBoots);
