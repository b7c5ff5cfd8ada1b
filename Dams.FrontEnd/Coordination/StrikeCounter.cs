using Dams.Contracts.Reports;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Counts each replica's wrong replies since its last right one, in the order of their numbers, and accuses at three. A missing
/// reply neither counts nor resets. Votes close in the order in which their last replies come. So a judgement is held while a lower
/// known number is still voted on; otherwise a right reply between two wrong ones would be seen after both. Pure and
/// single-threaded.
/// </summary>
/// <param name="options">Limits and pauses.</param>
/// <param name="silence">
/// The limit for late replies. A judgement is held no longer than that: a lower vote that is still open then has no majority, and
/// accuses nobody.
/// </param>
/// <param name="frontEnd">The number of the front end that accuses.</param>
/// <param name="boot">The boot of that front end.</param>
/// <param name="sink">Takes the accusations.</param>
internal sealed class StrikeCounter(CoordinatorOptions options, SilenceLimit silence, byte frontEnd, BootId boot, IReportSink sink)
{
    private readonly SortedSet<SequenceNumber> _open = [];
    private readonly PriorityQueue<(Judgement Judgement, Instant ClosedAt), SequenceNumber> _held = new();
    private readonly Dictionary<byte, Run> _runs = [];
    private readonly Queue<long> _latest = [];

    /// <summary>All numbers up to this one are done with. A vote on one of them that closes later is not counted.</summary>
    public SequenceNumber Counted { get; private set; }

    /// <summary>The last numbers that were counted, in ascending order.</summary>
    public IReadOnlyCollection<long> Latest => _latest;

    /// <summary>The vote on a number has begun.</summary>
    public void OnOpened(SequenceNumber seq)
    {
        if (seq > Counted)
            _open.Add(seq);
    }

    /// <summary>A vote has ended and accuses nobody.</summary>
    public void OnClosed(SequenceNumber seq, Instant now)
    {
        _open.Remove(seq);
        CountWhatIsDue(now);
    }

    /// <summary>A vote has ended with verdicts.</summary>
    public void OnJudged(Judgement judgement, Instant now)
    {
        // If a client repeats its call, the same number is judged again; but one lie is one strike.
        if (judgement.Seq > Counted)
            _held.Enqueue((judgement, now), judgement.Seq);
        OnClosed(judgement.Seq, now);
    }

    private void CountWhatIsDue(Instant now)
    {
        while (_held.TryPeek(out var next, out var seq) && IsDue(seq, next.ClosedAt, now))
        {
            _held.Dequeue();
            if (seq <= Counted)
                continue;
            Counted = seq;
            while (_open.Count > 0 && _open.Min <= seq)
                _open.Remove(_open.Min);
            Count(next.Judgement, now);
        }
    }

    private bool IsDue(SequenceNumber seq, Instant closedAt, Instant now) =>
        _open.Count == 0 || seq <= _open.Min || now - closedAt >= silence.Current || _held.Count > options.JudgementsHeldMax;

    private void Count(Judgement judgement, Instant now)
    {
        _latest.Enqueue(judgement.Seq.Value);
        if (_latest.Count > VerdictReport.Strikes)
            _latest.Dequeue();
        foreach (var judged in judgement.Replicas)
        {
            if (!_runs.TryGetValue(judged.Replica, out var run) || run.Incarnation != judged.Incarnation)
                _runs[judged.Replica] = run = new Run(judged.Incarnation);
            switch (judged.Verdict)
            {
                case Verdict.Right:
                    run.Reset();
                    break;
                case Verdict.Wrong:
                    run.Add(judgement.Seq);
                    if (run.IsToBeTold(options.VerdictPause, now))
                    {
                        sink.OnReport(
                            new VerdictReport(judged.Replica, judged.Incarnation.Value, frontEnd, boot.Value, run.Tell(now)), now);
                    }
                    break;
            }
        }
    }

    /// <summary>Wrong replies of one incarnation without a right one between them.</summary>
    private sealed class Run(Incarnation incarnation)
    {
        private readonly Queue<long> _newest = [];
        private long _length;
        private long _told;
        private Instant? _toldAt;

        public Incarnation Incarnation { get; } = incarnation;

        public void Add(SequenceNumber seq)
        {
            _length++;
            _newest.Enqueue(seq.Value);
            if (_newest.Count > VerdictReport.SequencesMax)
                _newest.Dequeue();
        }

        /// <summary>The pause outlives the run: a replica that is wrong in three of four replies begins a new run all the time.</summary>
        public bool IsToBeTold(TimeSpan pause, Instant now) =>
            _length - _told >= VerdictReport.Strikes && (_toldAt is not { } at || now - at >= pause);

        public long[] Tell(Instant now)
        {
            (_told, _toldAt) = (_length, now);
            return [.. _newest];
        }

        public void Reset()
        {
            if (_length == 0)
                return;
            (_length, _told) = (0, 0);
            _newest.Clear();
        }
    }
}
