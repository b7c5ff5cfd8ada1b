using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// The progress of each member's disk in the sequencer's epoch, and when it was last heard. It decides which number
/// is on enough disks to be committed, which number is on all disks, and which members lag.
/// </summary>
internal sealed class MemberProgressTable
{
    private readonly GroupOptions _options;
    private readonly Dictionary<byte, Track> _members;
    private Instant _activeSince;

    public MemberProgressTable(GroupOptions options)
    {
        _options = options;
        _members = options.Members.ToDictionary(member => member, _ => new Track());
    }

    /// <summary>Forgets what was reported in another epoch. When a member was last heard is still true.</summary>
    public void ForgetEpoch()
    {
        foreach (var track in _members.Values)
            track.Progress = null;
    }

    /// <summary>
    /// The sequencer has become active. The time after which a member lags begins anew for each, because no member
    /// could store anything meanwhile.
    /// </summary>
    public void OnActive(Instant now)
    {
        _activeSince = now;
        foreach (var track in _members.Values)
            track.AdvancedAt = now;
    }

    public void OnHeard(byte member, Instant now) => _members[member].HeardAt = now;

    /// <summary>A member has installed the epoch.</summary>
    public void OnInstalled(byte member, MemberProgress progress, Instant now)
    {
        var track = _members[member];
        track.HeardAt = now;
        if (track.Progress is null || track.Progress.Value.Durable < progress.Durable)
            track.Progress = progress;
    }

    /// <summary>A member reports what it has. Reports may arrive in another order, so its durable number never falls.</summary>
    public void OnProgress(byte member, MemberProgress progress, SequenceNumber max, Instant now)
    {
        var track = _members[member];
        track.HeardAt = now;
        if (track.Progress is { } before && before.Incarnation == progress.Incarnation && before.Durable > progress.Durable)
            progress = progress with { Durable = before.Durable };
        if (track.Progress is not { } last || progress.Durable > last.Durable || progress.Durable == max)
            track.AdvancedAt = now;
        track.Progress = progress;
    }

    /// <summary>A change of membership was appended.</summary>
    public void OnViewChanged(in ViewPair views, Instant now)
    {
        foreach (var member in views.Latest.Members)
        {
            var track = _members[member.Id];
            if (track.Progress is { } progress && progress.Incarnation != member.Incarnation)
                track.Progress = null;
            // The time after which a member lags begins here for a new member, and for one that votes from now on. It
            // does not begin anew at a repeated JOIN, nor for other members.
            if (!views.Before.TryGet(member.Id, out var before) || before.Incarnation != member.Incarnation || before.Votes != member.Votes)
                track.AdvancedAt = now;
        }
    }

    /// <summary>
    /// The last number that may be committed. An entry is committed when K members have it on disk, and all entries
    /// before it are committed. These K members vote both in the view just before the entry and in the latest appended
    /// view.
    /// </summary>
    public SequenceNumber StableIn(in ViewPair views, SequenceNumber commit)
    {
        var latest = views.Latest;
        var stable = StableAmong(views.Before, latest, commit);
        if (stable >= latest.Number && latest.Number > commit)
            return SequenceNumber.Max(latest.Number, StableAmong(latest, latest, commit));
        return latest.Number > commit ? SequenceNumber.Min(stable, latest.Number) : stable;
    }

    /// <summary>The last number on the disks of K members that vote both in a view and in the latest one.</summary>
    private SequenceNumber StableAmong(View view, View latest, SequenceNumber commit)
    {
        Span<long> durable = stackalloc long[View.MembersMax];
        var voters = 0;
        foreach (var member in view.Members)
        {
            if (member.Votes && latest.IsVoter(member.Id, member.Incarnation))
                durable[voters++] = DurableOf(member).Value;
        }

        var quorum = Math.Max(view.CommitQuorum, latest.CommitQuorum);
        if (voters == 0 || voters < quorum)
            return SequenceNumber.Zero;
        durable[..voters].Sort();
        return new SequenceNumber(durable[voters - quorum]);
    }

    /// <summary>
    /// The last number that every member of the committed and of the latest view has on disk. A member that was not
    /// heard in this epoch counts as having nothing. A joiner needs everything from its JOIN on, the JOIN included,
    /// because its log begins there.
    /// </summary>
    public SequenceNumber LowestDurable(in ViewPair views, SequenceNumber commit)
    {
        var lowest = commit;
        foreach (var view in (ReadOnlySpan<View>)[views.Before, views.Latest])
        {
            foreach (var member in view.Members)
            {
                var needs = member.Votes ? DurableOf(member) : SequenceNumber.Min(member.JoinedAt + -1, commit);
                lowest = SequenceNumber.Min(lowest, needs);
            }
        }

        return lowest;
    }

    /// <summary>Whether the member was heard recently.</summary>
    public bool IsLive(byte member, Instant now) => _members[member].HeardAt is { } at && now - at <= _options.DeafAfter;

    /// <summary>Whether fewer than Q voters were heard recently. A sequencer that has just become active is not deaf.</summary>
    public bool IsDeaf(View view, Instant now) =>
        view.Members.Count(member => member.Votes && IsLive(member.Id, now)) < view.EpochQuorum
        && now - _activeSince > _options.DeafAfter;

    /// <summary>
    /// The members of a view that lag. The disk of such a member has made no progress for too long while there was
    /// something to store. Or the member is too far behind to be waited for.
    /// </summary>
    public IReadOnlyList<byte> LaggardsOf(View view, SequenceNumber commit, Instant now) =>
        [.. view.Members.Where(member => IsLaggard(member, commit, now)).Select(member => member.Id)];

    private bool IsLaggard(in ViewMember member, SequenceNumber commit, Instant now)
    {
        var durable = DurableOf(member);
        var patience = member.Votes ? _options.LaggardAfter : _options.JoinerLaggardAfter;
        return (durable < commit && now - _members[member.Id].AdvancedAt > patience)
            || (member.Votes && commit - durable > _options.LagEntriesMax);
    }

    private SequenceNumber DurableOf(in ViewMember member) =>
        _members[member.Id].Progress is { } progress && progress.Incarnation == member.Incarnation ? progress.Durable
        : SequenceNumber.Zero;

    private sealed class Track
    {
        /// <summary>The progress of the member in this epoch; null until it is heard in this epoch.</summary>
        public MemberProgress? Progress { get; set; }

        public Instant? HeardAt { get; set; }

        /// <summary>
        /// When the member last made progress in this epoch, or had everything on disk. Else it is the begin of the
        /// epoch.
        /// </summary>
        public Instant AdvancedAt { get; set; }
    }
}
