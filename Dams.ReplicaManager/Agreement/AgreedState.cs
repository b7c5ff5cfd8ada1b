using System.Globalization;
using Dams.Contracts.Reports;
using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The state that the managers agree on: open cases, decisions, the replacement under way, and events. It is a replicated state machine:
/// only ordered reports change it, so it is the same at every manager. Its time is that of the entries. A report of an outsider only opens
/// a case; the managers decide by what they have seen themselves. Pure and single-threaded.
/// </summary>
internal sealed class AgreedState
{
    private readonly ManagerOptions _options;
    private readonly SortedDictionary<byte, Seat> _seats = [];
    private readonly OpenCases _cases;
    private readonly ReplacementQueue _replacements;
    private readonly AgreedEvents _events;
    private readonly VersionChoice _versions;

    /// <summary>The state before the first report: nobody is accused.</summary>
    public AgreedState(ManagerOptions options)
    {
        _options = options;
        _cases = new OpenCases(options);
        _replacements = new ReplacementQueue();
        _events = new AgreedEvents(options.EventsMax);
        _versions = new VersionChoice(options.Versions);
        foreach (var seat in options.Seats)
            _seats.Add(seat, new Seat(options));
    }

    /// <summary>The charges that the managers look into.</summary>
    public IReadOnlyList<Case> Cases => _cases.All;

    /// <summary>The replacement whose turn it is; null if there is none. At most one.</summary>
    public Decision? Active => _replacements.Active;

    /// <summary>The decisions that wait for their turn, in the order of deciding.</summary>
    public IReadOnlyList<Decision> Queue => _replacements.Waiting;

    /// <summary>The last events, oldest first.</summary>
    public IReadOnlyCollection<AgreedEvent> Events => _events.All;

    /// <summary>How many replacements have ever begun, over all seats.</summary>
    public int Replacements => _seats.Values.Sum(seat => seat.Replacements);

    /// <summary>
    /// The time of the last report, in milliseconds since 1970. It never falls, but may stand still for long. So each manager times by its
    /// own clock what must end in time.
    /// </summary>
    public long Time { get; private set; }

    /// <summary>The number of the last report.</summary>
    public long Number { get; private set; }

    /// <summary>The problems that the operator should look at now; empty if all is well.</summary>
    /// <param name="now">
    /// The caller's time, in milliseconds since 1970. <see cref="Time"/> won't do: it stands still in a healthy cluster, where nothing is
    /// reported.
    /// </param>
    public IReadOnlyList<string> AlarmsAt(long now)
    {
        var alarms = new List<string>();
        foreach (var (replica, seat) in _seats)
        {
            if (seat.Overdue is not null)
                alarms.Add($"replica{replica} is dead: its replacement does not vote yet; look at its host and its data folder");
            if (seat.IsDegradedAt(Math.Max(Time, now)))
            {
                alarms.Add($"replica{replica} is degraded: replaced {seat.RecentReplacements} times "
                    + $"in {_options.ReplacementsWithin.TotalMinutes:0} minutes, so it is not replaced again until they are over; "
                    + "look at its log");
            }
        }

        if (Active is null && Queue.Count > 0)
        {
            alarms.Add($"{string.Join(", ", Queue.Select(decision => $"replica{decision.Replica}"))} can't be replaced: "
                + $"fewer than {_options.DonorsMin} healthy replicas are left to copy from");
        }

        return alarms;
    }

    /// <summary>
    /// How far a seat's list of versions has been turned. A replaced replica comes back with the next version of its list that no other
    /// seat has. After a lost folder, which is not the version's fault, it keeps its version if no other seat has it.
    /// </summary>
    public int VersionTurns(byte replica) => _seats[replica].VersionTurns;

    /// <summary>The replacement of a seat that has begun and does not vote yet; null if there is none.</summary>
    public Decision? Unsettled(byte replica) => Active?.Replica == replica ? Active : _seats[replica].Overdue;

    /// <summary>
    /// The decision that was not carried out because the seat is degraded: its incarnation is left to the operator. Null if there is none,
    /// or if another incarnation votes there by now.
    /// </summary>
    public Decision? LeftAlone(byte replica) => _seats[replica].LeftAlone;

    /// <summary>The judgement about a seat, in one word for people; null if all is well with it.</summary>
    /// <param name="replica">The seat.</param>
    /// <param name="now">The caller's time, as in <see cref="AlarmsAt"/>.</param>
    public string? StandingOf(byte replica, long now) =>
        _seats[replica].IsDegradedAt(Math.Max(Time, now)) ? "degraded"
        : _seats[replica].Overdue is not null ? "dead"
        : _cases.IsAccused(replica) || _replacements.IsWaiting(replica) ? "suspected" : null;

    /// <summary>Whether the managers have agreed to replace an incarnation. Further reports about it are ignored.</summary>
    public bool IsReplaced(byte replica, ulong incarnation) =>
        _seats.TryGetValue(replica, out var seat) && seat.IsReplaced(incarnation);

    /// <summary>
    /// The number of the last restart report of a seat's manager that holds the votes; 0 if there is none. From that report on, managers
    /// hold back their votes for the replica's death for a while.
    /// </summary>
    public long HeldSince(byte replica) => _seats[replica].HeldSince;

    /// <summary>The highest restart number that a seat's manager has reported; 0 if it has reported none. Only higher ones count.</summary>
    public long LastRestart(byte replica) => _seats[replica].LastRestart;

    /// <summary>Applies the next ordered report. A repeated report, or one that does not fit, changes nothing.</summary>
    /// <param name="number">The report's number in the managers' order.</param>
    /// <param name="time">The entry's time, in milliseconds since 1970.</param>
    /// <param name="report">The report that the entry holds.</param>
    public void OnReport(long number, long time, Report report)
    {
        (Number, Time) = (number, time);
        foreach (var known in _seats.Values)
            known.ForgetOld(time);
        if (!_seats.TryGetValue(report.Replica, out var seat))
            return;
        switch (report)
        {
            case SettledReport settled: OnSettled(seat, settled); break;
            case OverdueReport overdue: OnOverdue(seat, overdue); break;
            case var about when seat.IsReplaced(about.Incarnation): break;
            case VerdictReport verdict: OnVerdict(seat, verdict); break;
            case SuspicionReport suspicion: OnSuspicion(seat, suspicion); break;
            case VoteReport vote: OnEnd(seat, _cases.OnVote(vote, seat.HeldSince)); break;
            case DigestReport digest: OnDigest(seat, digest); break;
            case RestartReport restart: OnRestart(seat, restart); break;
            case LossReport loss: OnLoss(seat, loss); break;
        }

        StartNext();
    }

    /// <summary>Takes a snapshot of the state just after an entry.</summary>
    public AgreedSnapshot ToSnapshot(Entry entry) => new(
        entry.Seq.Value, entry.Chain.Value.ToString("x32", CultureInfo.InvariantCulture), entry.Epoch.Value, entry.Time,
        Number, Time, _events.LastNumber, _replacements.ShortageToldFor, Active, [.. Queue], [.. Cases], [.. Events],
        [.. _seats.Select(pair => pair.Value.ToSnapshot(pair.Key))]);

    /// <summary>Replaces the whole state by that of a snapshot.</summary>
    public void Restore(AgreedSnapshot snapshot)
    {
        (Number, Time) = (snapshot.Number, snapshot.Time);
        _cases.Restore(snapshot);
        _replacements.Restore(snapshot);
        _events.Restore(snapshot);
        foreach (var kept in snapshot.Seats)
            _seats[kept.Replica] = Seat.Restore(kept, _options);
    }

    private void OnSettled(Seat seat, SettledReport settled)
    {
        if (seat.TrySettleLeftAlone(settled.Decision))
            return;
        if (_replacements.End(settled.Decision) is not null || seat.TrySettleOverdue(settled.Decision))
            Tell(AgreedEventKind.ReplacementDone, settled.Replica, "a new incarnation votes in its place");
    }

    private void OnOverdue(Seat seat, OverdueReport overdue)
    {
        if (_replacements.End(overdue.Decision) is not { } begun)
            return;
        seat.OnOverdue(begun);
        Tell(AgreedEventKind.Alarm, overdue.Replica,
            $"its replacement does not vote after {_options.ReplacementPatience.TotalSeconds:0} s: the seat counts as dead until it does");
    }

    private void OnVerdict(Seat seat, VerdictReport verdict)
    {
        if (seat.IsLeftToAPerson(verdict.Incarnation, Time) || verdict.Sequences.Count < VerdictReport.Strikes
            || !_cases.TryOpen(Number, CaseKind.Wrong, verdict, Time, [.. verdict.Sequences.TakeLast(VerdictReport.Strikes)]))
        {
            return;
        }

        Tell(AgreedEventKind.Verdict, verdict.Replica,
            $"front end {verdict.FrontEnd} has judged its replies {string.Join(", ", verdict.Sequences)} wrong");
    }

    private void OnSuspicion(Seat seat, SuspicionReport suspicion)
    {
        if (seat.IsLeftToAPerson(suspicion.Incarnation, Time) || !_cases.TryOpen(Number, CaseKind.Silent, suspicion, Time, []))
            return;
        Tell(AgreedEventKind.Suspicion, suspicion.Replica, suspicion.Cause == SuspicionCause.Lagging
            ? "the sequencer sees no progress of its disk"
            : $"a front end has waited in vain for its reply to {suspicion.Sequence}");
    }

    /// <summary>
    /// A minority digest weighs as much as three wrong replies. A manager that finds one has seen it for itself, so its report is a vote.
    /// </summary>
    private void OnDigest(Seat seat, DigestReport digest)
    {
        if (seat.IsLeftToAPerson(digest.Incarnation, Time) || !_cases.MayVote(digest.Manager, digest.Replica))
            return;
        if (_cases.TryOpen(Number, digest, Time))
        {
            Tell(AgreedEventKind.CheckpointDiffers, digest.Replica,
                $"manager {digest.Manager} finds its state at checkpoint {digest.Checkpoint} in the minority");
        }

        OnEnd(seat, _cases.OnDigest(digest));
    }

    private void OnEnd(Seat seat, CaseEnd? end)
    {
        if (end is not { Case: var about } ended)
            return;
        if (ended.IsConfirmed)
            Decide(seat, about.Replica, about.Incarnation, ended.Cause, about.View, ended.Why);
        else
            Tell(ended.Event, about.Replica, ended.Why);
    }

    private void OnRestart(Seat seat, RestartReport restart)
    {
        switch (seat.OnRestart(restart.Restart, Number, Time))
        {
            case RestartEffect.HoldsVotes:
                _cases.OnRestart(restart.Replica);
                Tell(AgreedEventKind.Restarting, restart.Replica, "its process has ended, and its manager starts it again");
                break;
            case RestartEffect.TooOften:
                Tell(AgreedEventKind.Restarting, restart.Replica,
                    "its manager starts its process again, but it ended too often: for a while restarts hold no votes and are not shown");
                break;
        }
    }

    private void OnLoss(Seat seat, LossReport loss) =>
        Decide(seat, loss.Replica, loss.Incarnation, ReplacementCause.Lost, loss.View, loss.Cause switch
        {
            LossCause.FolderLost => "its data folder is gone",
            LossCause.Halted => "it has halted: it has seen two different entries with the same number",
            LossCause.Poisoned => "it waits before an entry that has killed it twice and that two others have passed",
            LossCause.FolderOutdated =>
                "its data folder is an older copy, which lacks what the replica has promised and acknowledged since",
            _ => "its process can't be started",
        }, turnsVersion: loss.Cause is not (LossCause.FolderLost or LossCause.FolderOutdated));

    /// <summary>Agrees to replace an incarnation. If its seat is degraded, it is left to the operator instead.</summary>
    private void Decide(
        Seat seat, byte replica, ulong incarnation, ReplacementCause cause, long view, string why, bool turnsVersion = true)
    {
        _cases.OnDecided(replica, incarnation);
        var decision = new Decision(Number, replica, incarnation, cause, Time, view);
        if (seat.IsDegradedAt(Time))
        {
            if (seat.LeftAlone?.Incarnation == incarnation)
                return;
            seat.OnLeftAlone(decision);
            Tell(AgreedEventKind.Degraded, replica,
                $"{why}, but it was replaced {_options.ReplacementsMax} times in {_options.ReplacementsWithin.TotalMinutes:0} minutes: "
                + "the operator must act");
            return;
        }

        seat.OnDecided(incarnation);
        _replacements.Add(decision with { TurnsVersion = turnsVersion });
        Tell(AgreedEventKind.ReplacementDecided, replica, $"incarnation {incarnation:x} is to be replaced: {why}");
    }

    /// <summary>Starts the next replacement, but never without enough replicas to copy from.</summary>
    private void StartNext()
    {
        while (_replacements.Next is { } next)
        {
            var healthy = _seats.Count(pair => pair.Value.IsHealthyAt(Time) && !_replacements.IsWaiting(pair.Key));
            if (healthy < _options.DonorsMin)
            {
                if (_replacements.NoteShortage(next))
                {
                    Tell(AgreedEventKind.Alarm, next.Replica,
                        $"it is not replaced: {healthy} healthy replicas would be left to copy from, {_options.DonorsMin} are needed");
                }

                return;
            }

            _replacements.Begin(next, Time);
            _seats[next.Replica].OnReplacementBegun(Time, NextTurns(next));
            Tell(AgreedEventKind.ReplacementStarted, next.Replica,
                $"decision {next.Number}: its incarnation {next.Incarnation:x} is ordered out");
        }
    }

    private int NextTurns(Decision next) => _versions.NextTurns(
        next.Replica, next.TurnsVersion, _seats.ToDictionary(pair => pair.Key, pair => pair.Value.VersionTurns));

    private void Tell(AgreedEventKind kind, byte replica, string text) => _events.Tell(Time, kind, replica, text);
}
