namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The agreed record of one seat. It decides whether the seat is degraded and which restarts hold votes, and remembers which decisions
/// about the seat are not settled. Pure and single-threaded.
/// </summary>
internal sealed class Seat(ManagerOptions options)
{
    private const int ReplacedKept = 16;

    private readonly List<long> _replacedAt = [];
    private readonly List<long> _restartedAt = [];
    private readonly Queue<ulong> _replaced = [];

    /// <summary>How many replacements have ever begun here.</summary>
    public int Replacements { get; private set; }

    /// <summary>How many replacements have begun here lately.</summary>
    public int RecentReplacements => _replacedAt.Count;

    /// <summary>How far the seat's list of versions has been turned. It never falls.</summary>
    public int VersionTurns { get; private set; }

    /// <summary>The highest restart number that has been reported; 0 if there was none.</summary>
    public long LastRestart { get; private set; }

    /// <summary>The number of the last restart report that holds the votes; 0 if there is none.</summary>
    public long HeldSince { get; private set; }

    /// <summary>The replacement that has begun, and does not vote although its time is over; null if there is none.</summary>
    public Decision? Overdue { get; private set; }

    /// <summary>
    /// The decision that was not carried out because the seat is degraded. Its incarnation is left to the operator until another one
    /// votes in the seat.
    /// </summary>
    public Decision? LeftAlone { get; private set; }

    /// <summary>Whether the managers have agreed to replace an incarnation.</summary>
    public bool IsReplaced(ulong incarnation) => _replaced.Contains(incarnation);

    /// <summary>Whether the seat has been replaced too often to be replaced again.</summary>
    /// <param name="time">In milliseconds since 1970, like all times here.</param>
    public bool IsDegradedAt(long time) => _replacedAt.Count(at => !IsOver(at, time)) >= options.ReplacementsMax;

    /// <summary>Whether an incarnation is left to the operator, so that nothing more is told about it.</summary>
    public bool IsLeftToAPerson(ulong incarnation, long time) => IsDegradedAt(time) && LeftAlone?.Incarnation == incarnation;

    /// <summary>Whether others may copy from the replica: no replacement is overdue here, and none was omitted.</summary>
    public bool IsHealthyAt(long time) => Overdue is null && !(IsDegradedAt(time) && LeftAlone is not null);

    /// <summary>Forgets the restarts and replacements that are too long ago to count.</summary>
    public void ForgetOld(long time)
    {
        _replacedAt.RemoveAll(at => IsOver(at, time));
        _restartedAt.RemoveAll(at => IsOver(at, time));
    }

    /// <summary>The seat's manager starts its replica's process again.</summary>
    /// <param name="restart">The restart's number. One that is not higher than the last is repeated, or too late to matter.</param>
    /// <param name="number">The number of the report.</param>
    /// <param name="time">The time of the report.</param>
    public RestartEffect OnRestart(long restart, long number, long time)
    {
        if (restart <= LastRestart)
            return RestartEffect.None;
        LastRestart = restart;
        // One restart more than those that hold votes is remembered, so that its event is told once, however often the process ends.
        if (_restartedAt.Count > options.RestartsMax)
            return RestartEffect.None;
        _restartedAt.Add(time);
        if (_restartedAt.Count > options.RestartsMax)
            return RestartEffect.TooOften;
        HeldSince = number;
        return RestartEffect.HoldsVotes;
    }

    /// <summary>An incarnation is to be replaced. Decisions about earlier ones no longer matter.</summary>
    public void OnDecided(ulong incarnation)
    {
        _replaced.Enqueue(incarnation);
        if (_replaced.Count > ReplacedKept)
            _replaced.Dequeue();
        Overdue = null;
        LeftAlone = null;
    }

    /// <summary>A decision is not carried out, because the seat is degraded.</summary>
    public void OnLeftAlone(Decision decision) => LeftAlone = decision;

    /// <summary>The seat's turn to be replaced has come.</summary>
    /// <param name="time">The time of the report.</param>
    /// <param name="versionTurns">The turns of the version that the next incarnation runs.</param>
    public void OnReplacementBegun(long time, int versionTurns)
    {
        Replacements++;
        _replacedAt.Add(time);
        VersionTurns = versionTurns;
    }

    /// <summary>The replacement has begun, but does not vote in time.</summary>
    public void OnOverdue(Decision decision) => Overdue = decision;

    /// <summary>The operator has had the incarnation that was left alone ordered out. That does not count as a replacement.</summary>
    /// <returns>Whether the report was about the decision that was not carried out.</returns>
    public bool TrySettleLeftAlone(long decision)
    {
        if (LeftAlone?.Number != decision)
            return false;
        LeftAlone = null;
        return true;
    }

    /// <summary>A new incarnation votes at last.</summary>
    /// <returns>Whether the report was about the overdue replacement.</returns>
    public bool TrySettleOverdue(long decision)
    {
        if (Overdue?.Number != decision)
            return false;
        Overdue = null;
        return true;
    }

    /// <summary>The record as it is in a snapshot.</summary>
    public SeatSnapshot ToSnapshot(byte replica) => new(
        replica, Replacements, VersionTurns, [.. _replacedAt], [.. _restartedAt], LastRestart, HeldSince, [.. _replaced], Overdue,
        LeftAlone);

    /// <summary>The record that a snapshot holds.</summary>
    public static Seat Restore(SeatSnapshot kept, ManagerOptions options)
    {
        var seat = new Seat(options)
        {
            Replacements = kept.Replacements,
            VersionTurns = kept.VersionTurns,
            LastRestart = kept.LastRestart,
            HeldSince = kept.HeldSince,
            Overdue = kept.Overdue,
            LeftAlone = kept.LeftAlone,
        };
        seat._replacedAt.AddRange(kept.ReplacedAt);
        seat._restartedAt.AddRange(kept.RestartedAt);
        foreach (var incarnation in kept.Replaced)
            seat._replaced.Enqueue(incarnation);
        return seat;
    }

    private bool IsOver(long at, long time) => at < time - (long)options.ReplacementsWithin.TotalMilliseconds;
}

/// <summary>The effect of a restart report.</summary>
internal enum RestartEffect
{
    /// <summary>It is known, or there were too many before it.</summary>
    None,

    /// <summary>Votes about the replica's death count only if their managers know of this restart.</summary>
    HoldsVotes,

    /// <summary>The process ends too often: this restart and further ones hold no votes.</summary>
    TooOften,
}
