using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Looks into the cases of wrong replies. It fetches the disputed replies from all replicas, and decides when they are asked for again and
/// when this manager votes. Pure and single-threaded.
/// </summary>
internal sealed class ReplyInquiries(
    ManagerOptions options, AgreedState state, LeaveRequester replicas, ManagerVotes votes, IReplicaAccess access)
{
    // Longer than the timeout of a question, so that there is one at a time.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(600);

    private readonly List<ReplyEvidence> _evidence = [];

    /// <summary>When <see cref="FollowCases"/> wants to be called next.</summary>
    public Instant NextDeadline => Deadlines.Earliest([.. _evidence.Select(DueOf)]);

    /// <summary>Takes the reply that a replica has stored under a number; null if it has none, or has not answered in time.</summary>
    public void OnReply(byte replica, long sequence, StoredAnswer? answer)
    {
        foreach (var evidence in _evidence)
            evidence.OnReply(replica, sequence, answer);
    }

    /// <summary>
    /// Begins an inquiry for each new case, and drops those of cases in which no vote is owed any more. Asks for missing replies.
    /// Votes in a case when no reply is missing or its time is over.
    /// </summary>
    public void FollowCases(Instant now)
    {
        _evidence.RemoveAll(evidence => !votes.AreOwedIn(evidence.Case));
        foreach (var open in state.Cases)
        {
            if (open.Kind == CaseKind.Wrong && votes.AreOwedIn(open) && !_evidence.Exists(known => known.Case.Number == open.Number))
                _evidence.Add(Begin(open, now));
        }

        for (var i = 0; i < _evidence.Count; i++)
        {
            var evidence = _evidence[i];
            if (HasStoodStill(evidence, now))
                _evidence[i] = evidence = Begin(evidence.Case, now);
            Ask(evidence, now);
            if ((!evidence.IsComplete && now < evidence.Until) || now < ManagerVotes.AgainAt(evidence.VotedAt))
                continue;
            evidence.VotedAt = now;
            votes.Cast(evidence.Case, evidence.IsGuilty, now);
        }
    }

    private ReplyEvidence Begin(Case open, Instant now)
    {
        List<byte> witnesses =
            [.. replicas.View.Members.Where(member => member.Votes && member.Id != open.Replica).Select(member => member.Id)];
        return new ReplyEvidence(open, witnesses, now, options);
    }

    /// <summary>
    /// Whether this manager stood still meanwhile. A manager that comes to its questions so late has not asked all of them, so the replies
    /// that it lacks say nothing.
    /// </summary>
    private static bool HasStoodStill(ReplyEvidence evidence, Instant now) =>
        evidence.VotedAt is null && !evidence.IsComplete && now - evidence.AskAt > s_pause * 2;

    /// <summary>Asks again for missing replies until the inquiry ends: a replica that has not answered may just have been busy.</summary>
    private void Ask(ReplyEvidence evidence, Instant now)
    {
        if (now < evidence.AskAt || now >= evidence.Until || evidence.VotedAt is not null || evidence.IsComplete)
            return;
        evidence.AskAt = now + s_pause;
        foreach (var (replica, sequence) in evidence.Missing.ToList())
            access.AskReply(replica, sequence);
    }

    private static Instant DueOf(ReplyEvidence evidence) => evidence.VotedAt is null
        ? Instant.Earlier(evidence.AskAt, evidence.Until)
        : ManagerVotes.AgainAt(evidence.VotedAt);
}
