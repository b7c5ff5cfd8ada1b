namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The decisions that are not carried out yet. It decides whose turn it is: one replacement at a time, crashed replicas before wrong ones,
/// and otherwise in the order of deciding. Pure and single-threaded.
/// </summary>
internal sealed class ReplacementQueue
{
    private readonly List<Decision> _waiting = [];

    /// <summary>The replacement whose turn it is; null if there is none. At most one.</summary>
    public Decision? Active { get; private set; }

    /// <summary>The decisions that wait for their turn, in the order of deciding.</summary>
    public IReadOnlyList<Decision> Waiting => _waiting;

    /// <summary>The decision for which a lack of replicas to copy from was told last; 0 if there was no lack.</summary>
    public long ShortageToldFor { get; private set; }

    /// <summary>The decision that comes next; null if none waits, or if a replacement is under way.</summary>
    public Decision? Next => Active is null ? _waiting.MinBy(decision => (!decision.IsCrash, decision.Number)) : null;

    /// <summary>Whether a decision about a seat waits.</summary>
    public bool IsWaiting(byte replica) => _waiting.Exists(decision => decision.Replica == replica);

    /// <summary>
    /// Adds a decision. It takes the place of an earlier one about the seat: if that replacement was under way, it has failed, too.
    /// </summary>
    public void Add(Decision decision)
    {
        if (Active?.Replica == decision.Replica)
            Active = null;
        _waiting.RemoveAll(waiting => waiting.Replica == decision.Replica);
        _waiting.Add(decision);
    }

    /// <summary>The turn of the next decision has come.</summary>
    public void Begin(Decision next, long time)
    {
        _waiting.Remove(next);
        Active = next with { StartedAt = time };
    }

    /// <summary>Ends the replacement under way, if it has this number.</summary>
    /// <returns>The decision that was under way; null if another one is, or none.</returns>
    public Decision? End(long number)
    {
        if (Active is not { } active || active.Number != number)
            return null;
        Active = null;
        return active;
    }

    /// <summary>The next decision must wait, because too few replicas would be left to copy from.</summary>
    /// <returns>Whether this was not known yet.</returns>
    public bool NoteShortage(Decision next)
    {
        var isNews = ShortageToldFor != next.Number;
        ShortageToldFor = next.Number;
        return isNews;
    }

    /// <summary>Takes over what a snapshot holds.</summary>
    public void Restore(AgreedSnapshot snapshot)
    {
        (Active, ShortageToldFor) = (snapshot.Active, snapshot.ShortageToldFor);
        _waiting.Clear();
        _waiting.AddRange(snapshot.Queue);
    }
}
