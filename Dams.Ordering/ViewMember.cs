namespace Dams.Ordering;

/// <summary>A member in a view.</summary>
/// <param name="Id">Its seat in the topology.</param>
/// <param name="Incarnation">Identifies its data folder.</param>
/// <param name="VotesFrom">From this number on it votes, and its replies count; null while it is catching up.</param>
/// <param name="JoinedAt">The number of its JOIN; 0 for the members of the first epoch.</param>
public readonly record struct ViewMember(byte Id, Incarnation Incarnation, SequenceNumber? VotesFrom, SequenceNumber JoinedAt)
{
    /// <summary>Whether it counts in quorums.</summary>
    public bool Votes => VotesFrom is not null;
}
