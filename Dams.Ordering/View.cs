namespace Dams.Ordering;

/// <summary>The members after the last appended membership entry. Immutable; ordered by id.</summary>
public sealed class View : IEquatable<View>
{
    /// <summary>The most members that a view has. The limit lets the bits of a byte hold a set of members.</summary>
    public const int MembersMax = 7;

    /// <summary>The empty view, before the first epoch.</summary>
    public static readonly View None = new(SequenceNumber.Zero, []);

    private readonly ViewMember[] _members;

    /// <summary>A view of these members.</summary>
    public View(SequenceNumber number, IEnumerable<ViewMember> members)
    {
        Number = number;
        _members = [.. members.OrderBy(member => member.Id)];
        Voters = _members.Count(member => member.Votes);
    }

    /// <summary>The number of the membership entry that made the view; 0 for the view of the first epoch.</summary>
    public SequenceNumber Number { get; }

    /// <summary>The members, ordered by id.</summary>
    public IReadOnlyList<ViewMember> Members => _members;

    /// <summary>How many members count in quorums.</summary>
    public int Voters { get; }

    /// <summary>
    /// K: how many voters must have an entry on disk before anyone executes it. This is the resilience degree r = 1 of
    /// Kaashoek's protocol, plus one.
    /// </summary>
    public int CommitQuorum => Math.Min(2, Voters);

    /// <summary>
    /// Q: how many promises and installs a new epoch needs. K + Q &gt; n, so a new sequencer always sees what was
    /// committed. Viewstamped Replication's f + 1 is not enough here, because a commit needs only two members.
    /// </summary>
    public int EpochQuorum => EpochQuorumOf(Voters);

    /// <summary>Q for a number of voters: 3 of 4, 2 of 3, 2 of 2.</summary>
    public static int EpochQuorumOf(int voters) => voters <= 2 ? voters : voters - 1;

    /// <summary>
    /// Whether a view can go on without a member that is ordered out: at least two voters must be left, and Q of them must
    /// live.
    /// </summary>
    /// <param name="voters">How many voters would be left.</param>
    /// <param name="live">How many of them live.</param>
    public static bool CanGoOn(int voters, int live) => voters >= 2 && live >= EpochQuorumOf(voters);

    /// <summary>
    /// The view after an entry. Only a membership entry that fits this view changes it; any other entry has no effect
    /// on it.
    /// </summary>
    public View After(Entry entry)
    {
        if (!MembershipChange.TryRead(entry, out var change))
            return this;
        var has = TryGet(change.Member, out var present);
        switch (entry.Kind)
        {
            case EntryKind.Join when !has || (present.Incarnation == change.Incarnation && !present.Votes):
                return new View(entry.Seq, _members.Where(member => member.Id != change.Member)
                    .Append(new ViewMember(change.Member, change.Incarnation, null, entry.Seq)));
            case EntryKind.Activate when has && present.Incarnation == change.Incarnation && !present.Votes:
                return new View(
                    entry.Seq, _members.Select(member => member.Id == change.Member ? member with { VotesFrom = entry.Seq } : member));
            case EntryKind.Leave when has && present.Incarnation == change.Incarnation:
                return new View(entry.Seq, _members.Where(member => member.Id != change.Member));
            default:
                return this;
        }
    }

    /// <summary>Finds the member in a seat.</summary>
    public bool TryGet(byte id, out ViewMember member)
    {
        foreach (var candidate in _members)
        {
            if (candidate.Id == id)
            {
                member = candidate;
                return true;
            }
        }

        member = default;
        return false;
    }

    /// <summary>Whether this incarnation of a member is in the view and votes.</summary>
    public bool IsVoter(byte id, Incarnation incarnation) =>
        TryGet(id, out var member) && member.Incarnation == incarnation && member.Votes;

    /// <inheritdoc/>
    public bool Equals(View? other) => other is not null && Number == other.Number && _members.AsSpan().SequenceEqual(other._members);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as View);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Number, _members.Length);

    /// <inheritdoc/>
    public override string ToString() =>
        $"v{Number}{{{string.Join(",", _members.Select(member => $"{member.Id}:{member.Incarnation}{(member.Votes ? "" : "?")}"))}}}";
}
