using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// The view, as the sequencers report it. Decides which replies count, and which are still awaited. Pure and single-threaded.
/// </summary>
internal sealed class ActiveReplicas
{
    private static readonly SequenceNumber s_anyNumber = new(long.MaxValue);

    /// <summary>The view that replies are judged by; <see cref="View.None"/> until a sequencer has sent one.</summary>
    public View View { get; private set; } = View.None;

    /// <summary>Takes the view of a SYNC. An uncommitted change of membership may not survive its sequencer.</summary>
    public void OnSync(Sync sync)
    {
        if (sync.View.Number <= sync.CommitSeq)
            View = sync.View;
    }

    /// <summary>Whether a reply counts: its incarnation must have been active when it sent the reply.</summary>
    public bool Counts(byte replica, ReplyMessage reply) => View.TryGet(replica, out var member)
        && member.Incarnation == reply.Incarnation && member.VotesFrom is { } from && reply.At >= from;

    /// <summary>Whether all replicas that were active at the number of a vote have replied.</summary>
    public bool HaveReplied(ReplyVoter vote) => HaveReplied(vote, vote.Seq);

    /// <summary>
    /// Whether all active replicas have replied to a vote. A replica that became active later may still reply, from what it has
    /// executed before.
    /// </summary>
    public bool HaveAllReplied(ReplyVoter vote) => HaveReplied(vote, s_anyNumber);

    private bool HaveReplied(ReplyVoter vote, SequenceNumber activeAt)
    {
        foreach (var member in View.Members)
        {
            if (member.VotesFrom is { } from && from <= activeAt && !vote.HasReplied(member.Id))
                return false;
        }

        return true;
    }
}
