using Dams.Contracts.Management;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The state that the managers agree on: open cases, decisions, the replacement under way, and events. It is a replicated state machine:
/// only ordered reports change it, so it is the same at every manager. Its time is that of the entries. Pure and single-threaded.
/// </summary>
internal sealed partial class ManagementState
{
    private const int ReplacedKept = 16;

    private readonly ManagementOptions _options;
    private readonly SortedDictionary<byte, Slot> _slots = [];
    private readonly List<Case> _cases = [];
    private readonly List<Decision> _queue = [];
    private readonly Queue<ManagementEvent> _events = [];
    private long _lastEvent;
    private long _shortageToldFor;

    /// <summary>The state before the first report: nobody is accused.</summary>
    public ManagementState(ManagementOptions options)
    {
        _options = options;
        foreach (var slot in options.Slots)
            _slots.Add(slot, new Slot());
    }

    /// <summary>The charges that the managers look into.</summary>
    public IReadOnlyList<Case> Cases => _cases;

    /// <summary>The replacement whose turn it is; null if there is none. At most one.</summary>
    public Decision? Active { get; private set; }

    /// <summary>The decisions that wait for their turn, in the order of deciding.</summary>
    public IReadOnlyList<Decision> Queue => _queue;

    /// <summary>The last events, oldest first.</summary>
    public IReadOnlyCollection<ManagementEvent> Events => _events;

    /// <summary>How many replacements have ever begun, over all seats.</summary>
    public int Replacements => _slots.Values.Sum(slot => slot.Replacements);

    /// <summary>
    /// The time of the last report, in milliseconds since 1970. It never falls, but may stand still for long. Each manager therefore times
    /// for itself what must end in time.
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
        foreach (var (number, slot) in _slots)
        {
            if (slot.Overdue is not null)
                alarms.Add($"replica{number} is dead: its replacement does not vote yet; look at its host and its data folder");
            if (IsDegradedAt(slot, now))
            {
                alarms.Add($"replica{number} is degraded: replaced {slot.ReplacedAt.Count} times "
                    + $"in {_options.ReplacementsWithin.TotalMinutes:0} minutes, so it is not replaced again until they are over; "
                    + "look at its log");
            }
        }

        if (Active is null && _queue.Count > 0)
        {
            alarms.Add($"{string.Join(", ", _queue.Select(decision => $"replica{decision.Replica}"))} can't be replaced: "
                + $"fewer than {_options.DonorsMin} healthy replicas are left to copy from");
        }

        return alarms;
    }

    /// <summary>
    /// How often a seat's version has been changed. A replaced replica comes back with the next version of its list, unless its folder was
    /// lost, which is not the version's fault.
    /// </summary>
    public int VersionTurns(byte replica) => _slots[replica].VersionTurns;

    /// <summary>The replacement of a seat that has begun and does not vote yet; null if there is none.</summary>
    public Decision? Unsettled(byte replica) => Active?.Replica == replica ? Active : _slots[replica].Overdue;

    /// <summary>
    /// The decision that was not carried out because the seat is degraded: its incarnation is left to the operator. Null if there is none,
    /// or if another incarnation votes there by now.
    /// </summary>
    public Decision? LeftAlone(byte replica) => _slots[replica].LeftAlone;

    /// <summary>The judgement about a seat, in one word for people; null if all is well with it.</summary>
    /// <param name="replica">The seat.</param>
    /// <param name="now">The caller's time, as in <see cref="AlarmsAt"/>.</param>
    public string? StandingOf(byte replica, long now) =>
        IsDegradedAt(_slots[replica], now) ? "degraded"
        : _slots[replica].Overdue is not null ? "dead"
        : _cases.Exists(open => open.Replica == replica) || _queue.Exists(decision => decision.Replica == replica) ? "suspected" : null;

    /// <summary>Whether the managers have agreed to replace an incarnation. Further reports about it are ignored.</summary>
    public bool IsReplaced(byte replica, ulong incarnation) =>
        _slots.TryGetValue(replica, out var slot) && slot.Replaced.Contains(incarnation);

    /// <summary>
    /// The number of the last restart report of a seat's manager that holds the votes; 0 if there is none. From that report on, votes for
    /// the replica's death are held for a while.
    /// </summary>
    public long HeldSince(byte replica) => _options.Mutant == ManagementMutant.RestartIsNotHeld ? 0 : _slots[replica].HeldSince;

    /// <summary>The highest restart number that a seat's manager has reported; 0 if it has reported none. Only higher ones count.</summary>
    public long LastRestart(byte replica) => _slots[replica].LastRestart;

    /// <summary>Applies the next ordered report. A repeated report, or one that does not fit, changes nothing.</summary>
    /// <param name="number">The report's number in the managers' order.</param>
    /// <param name="time">The entry's time, in milliseconds since 1970.</param>
    /// <param name="report">The report that the entry holds.</param>
    public void OnReport(long number, long time, Report report)
    {
        (Number, Time) = (number, time);
        ForgetOld(time);
        if (!_slots.TryGetValue(report.Replica, out var slot))
            return;
        switch (report)
        {
            case SettledReport settled: OnSettled(slot, settled); break;
            case OverdueReport overdue: OnOverdue(slot, overdue); break;
            case var about
                when slot.Replaced.Contains(about.Incarnation) && _options.Mutant != ManagementMutant.CaseOutlivesIncarnation:
                break;
            case VerdictReport verdict: OnVerdict(number, slot, verdict); break;
            case SuspicionReport suspicion: OnSuspicion(number, slot, suspicion); break;
            case VoteReport vote: OnVote(number, slot, vote); break;
            case DigestReport digest: OnDigest(number, slot, digest); break;
            case RestartReport restart: OnRestart(number, slot, restart); break;
            case LossReport loss: OnLoss(number, slot, loss); break;
        }

        StartNext();
    }

    private void OnSettled(Slot slot, SettledReport settled)
    {
        if (slot.LeftAlone?.Number == settled.Decision)
        {
            // The operator has had it ordered out; that was no replacement.
            slot.LeftAlone = null;
            return;
        }

        if (Active?.Number == settled.Decision)
            Active = null;
        else if (slot.Overdue?.Number == settled.Decision)
            slot.Overdue = null;
        else
            return;
        Tell(ManagementEventKind.ReplacementDone, settled.Replica, "a new incarnation votes in its place");
    }

    private void OnOverdue(Slot slot, OverdueReport overdue)
    {
        if (Active?.Number != overdue.Decision)
            return;
        slot.Overdue = Active;
        Active = null;
        Tell(ManagementEventKind.Alarm, overdue.Replica,
            $"its replacement does not vote after {_options.ReplacementPatience.TotalSeconds:0} s: the seat counts as dead until it does");
    }

    private void OnRestart(long number, Slot slot, RestartReport restart)
    {
        if (restart.Restart <= slot.LastRestart)
            return;
        slot.LastRestart = restart.Restart;
        // One restart more than those that hold votes is remembered, so that the event below is told once, however often the process ends.
        if (slot.RestartedAt.Count > _options.RestartsMax)
            return;
        slot.RestartedAt.Add(Time);
        if (slot.RestartedAt.Count > _options.RestartsMax)
        {
            Tell(ManagementEventKind.Restarting, restart.Replica,
                "its manager starts its process again, but it ended too often: for a while restarts hold no votes and are not shown");
            return;
        }

        slot.HeldSince = number;
        // Earlier votes knew nothing of the restart.
        for (var i = 0; i < _cases.Count; i++)
        {
            if (_cases[i].Kind == CaseKind.Silent && _cases[i].Replica == restart.Replica)
                _cases[i] = _cases[i] with { Guilty = 0 };
        }

        Tell(ManagementEventKind.Restarting, restart.Replica, "its process has ended, and its manager starts it again");
    }

    private void OnLoss(long number, Slot slot, LossReport loss) =>
        Decide(number, slot, loss.Replica, loss.Incarnation, ReplacementCause.Lost, loss.View, loss.Cause switch
        {
            LossCause.FolderLost => "its data folder is gone",
            LossCause.Halted => "it has halted: it has seen two different entries with the same number",
            LossCause.Poisoned => "it waits before an entry that has killed it twice and that two others have passed",
            LossCause.FolderOutdated =>
                "its data folder is an older copy, which lacks what the replica has promised and acknowledged since",
            _ => "its process can't be started",
        }, turnsVersion: loss.Cause is not (LossCause.FolderLost or LossCause.FolderOutdated));

    private void Decide(
        long number, Slot slot, byte replica, ulong incarnation, ReplacementCause cause, long view, string why, bool turnsVersion = true)
    {
        _cases.RemoveAll(open => open.Replica == replica && open.Incarnation == incarnation);
        if (IsDegraded(slot))
        {
            if (slot.LeftAlone?.Incarnation == incarnation)
                return;
            slot.LeftAlone = new Decision(number, replica, incarnation, cause, Time, view);
            Tell(ManagementEventKind.Degraded, replica,
                $"{why}, but it was replaced {_options.ReplacementsMax} times in {_options.ReplacementsWithin.TotalMinutes:0} minutes: "
                + "the operator must act");
            return;
        }

        slot.Replaced.Enqueue(incarnation);
        if (slot.Replaced.Count > ReplacedKept)
            slot.Replaced.Dequeue();
        // If a replacement of this seat was under way, it has failed, too.
        if (Active?.Replica == replica)
            Active = null;
        slot.Overdue = null;
        slot.LeftAlone = null;
        _queue.RemoveAll(waiting => waiting.Replica == replica);
        _queue.Add(new Decision(number, replica, incarnation, cause, Time, view) { TurnsVersion = turnsVersion });
        Tell(ManagementEventKind.ReplacementDecided, replica, $"incarnation {incarnation:x} is to be replaced: {why}");
    }

    /// <summary>
    /// Starts the next replacement: one at a time, crashed replicas before wrong ones, and never without enough replicas to copy from.
    /// </summary>
    private void StartNext()
    {
        while (_queue.Count > 0 && (Active is null || _options.Mutant == ManagementMutant.ReplacesAtOnce))
        {
            var next = _queue.MinBy(decision => (!decision.IsCrash, decision.Number))!;
            var healthy = _slots.Count(pair =>
                pair.Value.Overdue is null && !IsLeftWrong(pair.Value) && !_queue.Exists(decision => decision.Replica == pair.Key));
            if (healthy < _options.DonorsMin && _options.Mutant != ManagementMutant.DonorsAreNotCounted)
            {
                if (_shortageToldFor != next.Number)
                {
                    Tell(ManagementEventKind.Alarm, next.Replica,
                        $"it is not replaced: {healthy} healthy replicas would be left to copy from, {_options.DonorsMin} are needed");
                }

                _shortageToldFor = next.Number;
                return;
            }

            _queue.Remove(next);
            Active = next with { StartedAt = Time };
            var slot = _slots[next.Replica];
            slot.Replacements++;
            slot.ReplacedAt.Add(Time);
            if (next.TurnsVersion)
                slot.VersionTurns++;
            Tell(ManagementEventKind.ReplacementStarted, next.Replica,
                $"decision {next.Number}: its incarnation {next.Incarnation:x} is ordered out");
        }
    }

    /// <summary>Whether nothing more is told about an incarnation, because its seat is degraded and that was told.</summary>
    private bool IsLeftToAPerson(Slot slot, Report about) => IsDegraded(slot) && slot.LeftAlone?.Incarnation == about.Incarnation;

    /// <summary>
    /// Whether a seat's present incarnation was found wrong or dead and is left to the operator. Nobody may copy from it.
    /// </summary>
    private bool IsLeftWrong(Slot slot) => IsDegraded(slot) && slot.LeftAlone is not null;

    private bool IsDegraded(Slot slot) => IsDegradedAt(slot, Time);

    private bool IsDegradedAt(Slot slot, long now) => _options.Mutant != ManagementMutant.ReplacesForEver
        && slot.ReplacedAt.Count(at => !IsOver(at, Math.Max(Time, now))) >= _options.ReplacementsMax;

    private bool IsOver(long at, long now) => at < now - (long)_options.ReplacementsWithin.TotalMilliseconds;

    private void ForgetOld(long time)
    {
        foreach (var slot in _slots.Values)
        {
            slot.ReplacedAt.RemoveAll(at => IsOver(at, time));
            slot.RestartedAt.RemoveAll(at => IsOver(at, time));
        }
    }

    private void Tell(ManagementEventKind kind, byte replica, string text)
    {
        _events.Enqueue(new ManagementEvent(++_lastEvent, Time, kind, replica, text));
        if (_events.Count > _options.EventsMax)
            _events.Dequeue();
    }

    /// <summary>The agreed state of one seat.</summary>
    private sealed class Slot
    {
        public int Replacements { get; set; }

        public int VersionTurns { get; set; }

        public List<long> ReplacedAt { get; } = [];

        public List<long> RestartedAt { get; } = [];

        public long LastRestart { get; set; }

        public long HeldSince { get; set; }

        public Queue<ulong> Replaced { get; } = [];

        public Decision? Overdue { get; set; }

        /// <summary>
        /// The decision that was not carried out because the seat is degraded. Its incarnation is left to the operator until another one
        /// votes in the seat.
        /// </summary>
        public Decision? LeftAlone { get; set; }
    }
}
