using System.Numerics;
using Dams.Contracts.Management;

namespace Dams.ReplicaManager.Agreement;

/// <content>Charges and votes. A front end's word only opens a case; the managers decide by what they have seen themselves.</content>
internal sealed partial class ManagementState
{
    private void OnVerdict(long number, Slot slot, VerdictReport verdict)
    {
        if (IsLeftToAPerson(slot, verdict) || verdict.Sequences.Count < VerdictReport.Strikes
            || !TryOpen(number, CaseKind.Wrong, verdict, [.. verdict.Sequences.TakeLast(VerdictReport.Strikes)]))
        {
            return;
        }

        Tell(ManagementEventKind.Verdict, verdict.Replica,
            $"front end {verdict.FrontEnd} has judged its replies {string.Join(", ", verdict.Sequences)} wrong");
        if (_options.Mutant == ManagementMutant.VerdictIsEnough)
            Decide(number, slot, verdict.Replica, verdict.Incarnation, ReplacementCause.Wrong, 0, "a front end says so");
    }

    private void OnSuspicion(long number, Slot slot, SuspicionReport suspicion)
    {
        if (IsLeftToAPerson(slot, suspicion) || !TryOpen(number, CaseKind.Silent, suspicion, []))
            return;
        Tell(ManagementEventKind.Suspicion, suspicion.Replica, suspicion.Cause == SuspicionCause.Lagging
            ? "the sequencer sees no progress of its disk"
            : $"a front end has waited in vain for its reply to {suspicion.Sequence}");
        if (_options.Mutant == ManagementMutant.SuspicionIsEnough)
            Decide(number, slot, suspicion.Replica, suspicion.Incarnation, ReplacementCause.Dead, 0, "somebody says so");
    }

    /// <summary>
    /// Opens a case, unless the charge is open already. An open case with votes on both sides, which nobody has decided, is opened anew:
    /// then all managers look again.
    /// </summary>
    private bool TryOpen(long number, CaseKind kind, Report about, IReadOnlyList<long> sequences)
    {
        var index = Find(kind, about);
        if (index >= 0)
        {
            if (_cases[index].Guilty == 0 || _cases[index].Innocent == 0)
                return false;
            _cases.RemoveAt(index);
        }

        _cases.Add(new Case(number, about.Replica, about.Incarnation, kind, Time, sequences));
        return true;
    }

    private int Find(CaseKind kind, Report about) =>
        _cases.FindIndex(known => known.Kind == kind && known.Replica == about.Replica && known.Incarnation == about.Incarnation);

    private void OnVote(long number, Slot slot, VoteReport vote)
    {
        var index = _cases.FindIndex(open =>
            open.Number == vote.Case && open.Replica == vote.Replica && open.Incarnation == vote.Incarnation);
        if (index < 0 || !MayVote(vote.Manager, vote.Replica))
            return;
        // A vote that was sent before its manager knew of the restart says nothing about it.
        if (_cases[index].Kind == CaseKind.Silent && vote.IsGuilty && vote.Seen < HeldSince(vote.Replica))
            return;
        Count(number, slot, index, vote.Manager, vote.IsGuilty, vote.View);
    }

    /// <summary>
    /// A minority digest weighs as much as three wrong replies. A manager that finds one has seen it for itself, so its report is a vote.
    /// </summary>
    private void OnDigest(long number, Slot slot, DigestReport digest)
    {
        if (IsLeftToAPerson(slot, digest) || !MayVote(digest.Manager, digest.Replica))
            return;
        var index = Find(CaseKind.State, digest);
        if (index < 0)
        {
            index = _cases.Count;
            _cases.Add(new Case(number, digest.Replica, digest.Incarnation, CaseKind.State, Time, [digest.Checkpoint]));
            Tell(ManagementEventKind.CheckpointDiffers, digest.Replica,
                $"manager {digest.Manager} finds its state at checkpoint {digest.Checkpoint} in the minority");
        }

        // A manager that has not seen it at one checkpoint may see it at another.
        _cases[index] = _cases[index] with { Innocent = _cases[index].Innocent & ~(1u << digest.Manager) };
        Count(number, slot, index, digest.Manager, isGuilty: true, digest.View);
    }

    /// <summary>A replica's own manager is too close to it, and does not vote about it.</summary>
    private bool MayVote(byte manager, byte replica) =>
        _slots.ContainsKey(manager) && (manager != replica || _options.Mutant == ManagementMutant.OwnManagerVotes);

    private void Count(long number, Slot slot, int index, byte manager, bool isGuilty, long view)
    {
        var open = _cases[index];
        if (open.HasVoted(manager))
        {
            if (_options.Mutant != ManagementMutant.VotesAreCountedTwice)
                return;
            // It counts as if a second manager had sent it.
            manager = 31;
        }

        open = isGuilty
            ? open with { Guilty = open.Guilty | (1u << manager), View = Math.Max(open.View, view) }
            : open with { Innocent = open.Innocent | (1u << manager) };
        _cases[index] = open;
        var needed = _options.Mutant == ManagementMutant.OneVoteDecides ? 1 : _options.VotesToDecide;
        var voters = _slots.Count - 1;
        if (BitOperations.PopCount(open.Guilty) >= needed)
        {
            var (cause, why) = open.Kind switch
            {
                CaseKind.Silent => (ReplacementCause.Dead, "managers have found it dead"),
                CaseKind.Wrong => (ReplacementCause.Wrong, $"managers have found its replies to {string.Join(", ", open.Sequences)} wrong"),
                _ => (ReplacementCause.StateDiffers, "managers have found its state in the minority"),
            };
            Decide(number, slot, open.Replica, open.Incarnation, cause, open.View, why);
        }
        else if (voters - BitOperations.PopCount(open.Innocent) < needed)
        {
            Dismiss(open);
        }
    }

    private void Dismiss(Case open)
    {
        _cases.Remove(open);
        var (kind, why) = open.Kind switch
        {
            CaseKind.Silent => (ManagementEventKind.Dismissed, "managers find that it answers and moves: it is not dead"),
            CaseKind.Wrong => (ManagementEventKind.Alarm,
                $"its replies to {string.Join(", ", open.Sequences)} were judged wrong, "
                + "but the managers that fetched them found them right or gone. "
                + "Either the front end errs, or the replica answers each asker differently"),
            _ => (ManagementEventKind.Alarm,
                $"its state at checkpoint {open.Checkpoint} was in the minority, "
                + "but other managers found it with the majority there or later, or found the replica gone. "
                + "Either the state has recovered, or the replica has left, or it answers each asker differently"),
        };
        Tell(kind, open.Replica, why);
    }
}
