using System.Numerics;
using Dams.Contracts.Management;

namespace Dams.ReplicaManager.Agreement;

/// <content>Charges and votes. A front end's word opens a case and no more: what the managers have seen for themselves decides.</content>
internal sealed partial class ManagementState
{
    private void OnVerdict(long number, Slot slot, VerdictReport verdict)
    {
        if (IsLeftToAPerson(slot, verdict) || verdict.Sequences.Count < VerdictReport.Strikes || !TryOpen(number, CaseKind.Wrong, verdict, [.. verdict.Sequences.TakeLast(VerdictReport.Strikes)]))
            return;
        Tell(ManagementEventKind.Verdict, verdict.Replica, $"front end {verdict.FrontEnd} has judged its replies {string.Join(", ", verdict.Sequences)} wrong");
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

    /// <summary>A charge that is open already is not opened again, unless those who have voted on it don't agree and nobody else does: then all look anew.</summary>
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
        var index = _cases.FindIndex(open => open.Number == vote.Case && open.Replica == vote.Replica && open.Incarnation == vote.Incarnation);
        if (index < 0 || !MayVote(vote.Manager, vote.Replica))
            return;
        // A vote that was on its way when the restart began says nothing about it.
        if (_cases[index].Kind == CaseKind.Silent && vote.IsGuilty && vote.Seen < HeldSince(vote.Replica))
            return;
        Count(number, slot, index, vote.Manager, vote.IsGuilty, vote.View);
    }

    /// <summary>A minority digest is three strikes at once; each manager that finds one has seen it for itself.</summary>
    private void OnDigest(long number, Slot slot, DigestReport digest)
    {
        if (IsLeftToAPerson(slot, digest) || !MayVote(digest.Manager, digest.Replica))
            return;
        var index = Find(CaseKind.State, digest);
        if (index < 0)
        {
            index = _cases.Count;
            _cases.Add(new Case(number, digest.Replica, digest.Incarnation, CaseKind.State, Time, [digest.Checkpoint]));
            Tell(ManagementEventKind.CheckpointDiffers, digest.Replica, $"manager {digest.Manager} finds its state at checkpoint {digest.Checkpoint} in the minority");
        }

        // Who has not seen it at one checkpoint may see it at another.
        _cases[index] = _cases[index] with { Innocent = _cases[index].Innocent & ~(1u << digest.Manager) };
        Count(number, slot, index, digest.Manager, isGuilty: true, digest.View);
    }

    /// <summary>A replica's own manager knows it too well: it doesn't vote about it.</summary>
    private bool MayVote(byte manager, byte replica) =>
        _slots.ContainsKey(manager) && (manager != replica || _options.Mutant == ManagementMutant.OwnManagerVotes);

    private void Count(long number, Slot slot, int index, byte manager, bool isGuilty, long view)
    {
        var open = _cases[index];
        if (open.HasVoted(manager))
        {
            if (_options.Mutant != ManagementMutant.VotesAreCountedTwice)
                return;
            // As if a second manager had said it.
            manager = 31;
        }

        open = isGuilty ? open with { Guilty = open.Guilty | (1u << manager), View = Math.Max(open.View, view) } : open with { Innocent = open.Innocent | (1u << manager) };
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
            CaseKind.Wrong => (ManagementEventKind.Alarm, $"its replies to {string.Join(", ", open.Sequences)} were judged wrong, but managers that fetched them find them right or gone: the front end errs, or the replica tells each asker something else"),
            _ => (ManagementEventKind.Alarm, $"its state at checkpoint {open.Checkpoint} was in the minority, but other managers find it there or later with the majority: it has mended or gone, or the replica tells each asker something else"),
        };
        Tell(kind, open.Replica, why);
    }
}
