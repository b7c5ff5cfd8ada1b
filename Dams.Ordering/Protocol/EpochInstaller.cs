using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides which entries turn this member's log into the one that a NEWVIEW has chosen. It finds the last number where
/// the two logs agree, and fetches the rest. The member puts the result into its log.
/// </summary>
internal sealed class EpochInstaller(GroupOptions options, byte id, BatchedLog log, PeerRotation peers, Outbox outbox)
{
    private Installation? _running;
    private Instant? _unfitSince;

    /// <summary>When to ask for the missing entries again.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>
    /// Whether the installation has made no progress for <see cref="GroupOptions.InstallPatience"/>, because the
    /// entries that others give do not lead to the chosen tail.
    /// </summary>
    public bool IsInVain { get; private set; }

    /// <summary>Entries that arrived before their predecessors.</summary>
    public int EarlyCount => _running?.Early.Count ?? 0;

    /// <summary>
    /// The lowest base that may be tried: nothing that was executed may be cut, and nothing before the own log is
    /// known.
    /// </summary>
    private SequenceNumber LowestBase => SequenceNumber.Max(Running.Floor, log.Base);

    private Installation Running => _running ?? throw new InvariantBrokenException("an installation is under way");

    /// <summary>Whether an installation of this claim was begun and not ended.</summary>
    public bool IsInstalling(Claim claim) => _running?.Target.Claim == claim;

    /// <summary>Ends the installation: a newer epoch was promised.</summary>
    public void Abandon()
    {
        _running = null;
        NextDeadline = Instant.Never;
    }

    /// <summary>Begins to install what a NEWVIEW has chosen.</summary>
    /// <param name="sequencer">The sender of the NEWVIEW.</param>
    /// <param name="target">The log to install.</param>
    /// <param name="executed">The last executed number: nothing up to it may be cut.</param>
    /// <param name="isPrefix">Whether the log is known to be a prefix of the order of the new epoch.</param>
    /// <param name="now">The moment.</param>
    public Intake Begin(NodeId sequencer, NewView target, SequenceNumber executed, bool isPrefix, Instant now)
    {
        _running = new Installation(sequencer, target, executed, log.Last, log.Chain, options.FetchEntriesMax);
        if (isPrefix)
            return Intake.Complete;
        if (target.Tail < executed)
        {
            return Intake.Contradiction(
                $"the log of epoch {target.Claim.Epoch} ends at entry {target.Tail}, but this member has executed entry {executed}");
        }

        if (log.Last >= target.Tail)
        {
            if (log.ChainAt(target.Tail) != target.TailChain)
                return StepBack(target.Tail, now);
            _running.SetBase(target.Tail, target.TailChain);
            return Intake.Complete;
        }

        Ask(now);
        return Intake.Waiting;
    }

    /// <summary>Keeps an entry that was given.</summary>
    /// <returns>False if it is of no use.</returns>
    public bool TryHold(Entry entry) =>
        entry.Seq >= Running.Next && entry.Seq <= Running.Target.Tail && Running.Early.TryHold(entry, Running.Next + -1);

    /// <summary>Takes the next of the kept entries, if it is there.</summary>
    /// <param name="senderCommit">The last number that its sender knows to be committed.</param>
    /// <param name="now">The moment.</param>
    public Intake TakeNext(SequenceNumber senderCommit, Instant now)
    {
        var running = Running;
        if (!running.Early.TryTake(running.Next, out var entry))
            return Intake.Waiting;
        if (entry.Previous != running.LastChain)
        {
            // Every log that can be chosen contains what was executed. An entry that doesn't follow it is from a tail that its sender
            // will lose.
            if (running.Fetched.Count == 0 && running.Base > LowestBase)
                return StepBack(running.Base, now);
            Restart(now);
            return Intake.Taken;
        }

        running.Fetched.Add(entry);
        running.Tries = 0;
        if (entry.Seq == running.Target.Tail)
        {
            if (entry.Chain == running.Target.TailChain)
                return Intake.Complete;
            Restart(now);
            return Intake.Taken;
        }

        if (running.Fetched.Count >= options.WindowEntriesMax
            && entry.Seq <= running.Target.CommitSeq && entry.Seq <= senderCommit)
        {
            return Intake.PartIsFinal;
        }

        if (running.Fetched.Count % options.FetchEntriesMax == 0)
            Ask(now);
        return Intake.Taken;
    }

    /// <summary>The fetched entries fit, and go to the log now.</summary>
    public Installation OnFit()
    {
        _unfitSince = null;
        IsInVain = false;
        return Running;
    }

    /// <summary>The installation is complete.</summary>
    public Installation Finish()
    {
        var done = OnFit();
        Invariant.That(done.Base > done.Target.Tail || done.LastChain == done.Target.TailChain);
        Abandon();
        return done;
    }

    /// <summary>Asks for the next missing entries.</summary>
    public void Ask(Instant now)
    {
        var running = Running;
        var installed = log.Record.Installed.Epoch;
        var to = SequenceNumber.Min(running.Target.Tail, running.Next + (options.FetchEntriesMax - 1));
        // The sequencer has the tail, the source has the whole log, and every member has committed entries: they are asked in turn.
        var target = (running.Tries % 4) switch
        {
            0 => running.Sequencer,
            1 when running.Target.Source != id => options.Member(running.Target.Source),
            _ => peers.Next(ifAlone: NodeId.Sequencer(installed.Sequencer)),
        };
        outbox.Send(target, installed, new Fetch(running.Next, to));
        NextDeadline = now + (running.Tries == 0 ? options.NakDelay : options.EpochRetry);
    }

    /// <summary>The entries that were asked for have not come.</summary>
    /// <param name="isInstalling">Whether the member is still installing.</param>
    /// <param name="now">The moment.</param>
    public void OnTimer(bool isInstalling, Instant now)
    {
        if (!isInstalling)
        {
            NextDeadline = Instant.Never;
            return;
        }

        Running.Tries++;
        Ask(now);
    }

    /// <summary>
    /// The own log differs from the chosen one at or below a number, so a lower base is tried. If only a base below what was executed is
    /// left, that is a contradiction.
    /// </summary>
    private Intake StepBack(SequenceNumber differsAt, Instant now)
    {
        var running = Running;
        if (differsAt <= LowestBase)
        {
            return Intake.Contradiction(
                $"the log of epoch {running.Target.Claim.Epoch} differs at entry {differsAt}, but this member has executed entry "
                + $"{running.Floor}");
        }

        var lower = SequenceNumber.Max(LowestBase, differsAt + -running.StepBack);
        running.LowerBase(lower, log.ChainAt(lower) ?? throw new InvariantBrokenException("the log has every entry above its base"));
        Ask(now);
        return Intake.Taken;
    }

    /// <summary>
    /// The fetched entries don't lead to the chosen tail, because some sender had another log. The fetch begins again at the base, from
    /// another sender.
    /// </summary>
    private void Restart(Instant now)
    {
        Running.DropFetched();
        Running.Tries++;
        NextDeadline = now + options.NakDelay;
        _unfitSince ??= now;
        IsInVain |= now - _unfitSince >= options.InstallPatience;
    }
}
