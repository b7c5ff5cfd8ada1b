using System.Numerics;
using Dams.Contracts.Reports;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The open cases and their votes. It decides which charge opens a case, which votes count, and when a case has ended. Pure and
/// single-threaded.
/// </summary>
internal sealed class OpenCases(ManagerOptions options)
{
    private readonly List<Case> _cases = [];

    /// <summary>The open cases, in the order of opening.</summary>
    public IReadOnlyList<Case> All => _cases;

    /// <summary>Whether there is a case about the replica in a seat.</summary>
    public bool IsAccused(byte replica) => _cases.Exists(open => open.Replica == replica);

    /// <summary>
    /// Opens a case, unless the charge is open already. An open case with votes on both sides, which nobody has decided, is opened anew:
    /// then all managers look again.
    /// </summary>
    public bool TryOpen(long number, CaseKind kind, Report about, long time, IReadOnlyList<long> sequences)
    {
        var index = Find(kind, about);
        if (index >= 0)
        {
            if (_cases[index].Guilty == 0 || _cases[index].Innocent == 0)
                return false;
            _cases.RemoveAt(index);
        }

        _cases.Add(new Case(number, about.Replica, about.Incarnation, kind, time, sequences));
        return true;
    }

    /// <summary>Opens a case about a state, unless there is one.</summary>
    public bool TryOpen(long number, DigestReport digest, long time)
    {
        if (Find(CaseKind.State, digest) >= 0)
            return false;
        _cases.Add(new Case(number, digest.Replica, digest.Incarnation, CaseKind.State, time, [digest.Checkpoint]));
        return true;
    }

    /// <summary>A replica's own manager is too close to it, and does not vote about it.</summary>
    public bool MayVote(byte manager, byte replica) =>
        options.Seats.Contains(manager) && manager != replica;

    /// <summary>Counts a vote.</summary>
    /// <param name="vote">The vote, in a case that may have ended meanwhile.</param>
    /// <param name="heldSince">The number of the report from which on votes for the replica's death count.</param>
    /// <returns>The end of the case; null if it goes on.</returns>
    public CaseEnd? OnVote(VoteReport vote, long heldSince)
    {
        var index = _cases.FindIndex(open =>
            open.Number == vote.Case && open.Replica == vote.Replica && open.Incarnation == vote.Incarnation);
        if (index < 0 || !MayVote(vote.Manager, vote.Replica))
            return null;
        // A vote that was sent before its manager knew of the restart says nothing about it.
        if (_cases[index].Kind == CaseKind.Silent && vote.IsGuilty && vote.Seen < heldSince)
            return null;
        return Count(index, vote.Manager, vote.IsGuilty, vote.View);
    }

    /// <summary>Counts a manager's finding as its vote in the case that is open about it.</summary>
    /// <returns>The end of the case; null if it goes on.</returns>
    public CaseEnd? OnDigest(DigestReport digest)
    {
        var index = Find(CaseKind.State, digest);
        // A manager that has not seen it at one checkpoint may see it at another.
        _cases[index] = _cases[index] with { Innocent = _cases[index].Innocent & ~(1u << digest.Manager) };
        return Count(index, digest.Manager, isGuilty: true, digest.View);
    }

    /// <summary>The replica is restarted: the earlier votes for its death knew nothing of that, and no longer count.</summary>
    public void OnRestart(byte replica)
    {
        for (var i = 0; i < _cases.Count; i++)
        {
            if (_cases[i].Kind == CaseKind.Silent && _cases[i].Replica == replica)
                _cases[i] = _cases[i] with { Guilty = 0 };
        }
    }

    /// <summary>An incarnation is to be replaced, whatever else it is charged with.</summary>
    public void OnDecided(byte replica, ulong incarnation) =>
        _cases.RemoveAll(open => open.Replica == replica && open.Incarnation == incarnation);

    /// <summary>Takes over what a snapshot holds.</summary>
    public void Restore(AgreedSnapshot snapshot)
    {
        _cases.Clear();
        _cases.AddRange(snapshot.Cases);
    }

    private int Find(CaseKind kind, Report about) =>
        _cases.FindIndex(known => known.Kind == kind && known.Replica == about.Replica && known.Incarnation == about.Incarnation);

    private CaseEnd? Count(int index, byte manager, bool isGuilty, long view)
    {
        var open = _cases[index];
        if (open.HasVoted(manager))
            return null;
        open = isGuilty
            ? open with { Guilty = open.Guilty | (1u << manager), View = Math.Max(open.View, view) }
            : open with { Innocent = open.Innocent | (1u << manager) };
        _cases[index] = open;
        var needed = options.VotesToDecide;
        var voters = options.Seats.Count - 1;
        if (BitOperations.PopCount(open.Guilty) >= needed)
            return new CaseEnd(open, IsConfirmed: true);
        if (voters - BitOperations.PopCount(open.Innocent) >= needed)
            return null;
        _cases.RemoveAt(index);
        return new CaseEnd(open, IsConfirmed: false);
    }
}
