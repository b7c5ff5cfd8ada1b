using Dams.Contracts.Reports;
using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Votes in the name of this manager. It decides in which cases the manager still owes a vote, and whether it may find the accused guilty.
/// Pure and single-threaded.
/// </summary>
internal sealed class ManagerVotes(byte id, AgreedState state, LeaveRequester replicas, ReportSender reports)
{
    private static readonly TimeSpan s_repeat = TimeSpan.FromSeconds(5);

    /// <summary>When a vote that was not ordered is cast again. Other reports may have pushed it out of the queue.</summary>
    public static Instant AgainAt(Instant? votedAt) => votedAt is { } at ? at + s_repeat : default;

    /// <summary>Whether a case is open in which this manager has not voted yet. It does not vote about its own replica.</summary>
    public bool AreOwedIn(Case about) =>
        about.Replica != id && state.Cases.Any(open => open.Number == about.Number && !open.HasVoted(id));

    /// <summary>Votes. A vote of guilty needs a view that has the accused: nobody votes against an incarnation that has left.</summary>
    public void Cast(Case open, bool isGuilty, Instant now)
    {
        var isPresent = replicas.View.Has(open.Replica, open.Incarnation);
        reports.Send(
            new VoteReport(
                open.Replica, open.Incarnation, id, open.Number, isGuilty && isPresent,
                isGuilty && isPresent ? replicas.View.Number.Value : 0, state.Number),
            now);
    }
}
