namespace Dams.Ordering.Protocol;

/// <summary>The log that a candidate has chosen to continue, and what its epoch begins with.</summary>
/// <param name="Source">The seat of the member that has the log.</param>
/// <param name="Last">The last number of the log.</param>
/// <param name="Chain">The chain value at that number.</param>
/// <param name="View">The view at the end of the log.</param>
/// <param name="CommitSeq">The last number of the log that a promise shows to be committed.</param>
/// <param name="Time">No entry of the epoch gets an earlier time than this.</param>
/// <param name="FetchFrom">The candidate fetches the entries after this number.</param>
internal sealed record LogChoice(
    byte Source, SequenceNumber Last, Chain Chain, View View, SequenceNumber CommitSeq, long Time, SequenceNumber FetchFrom);
