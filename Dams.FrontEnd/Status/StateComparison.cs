using Dams.FrontEnd.Events;

namespace Dams.FrontEnd.Status;

/// <summary>
/// What the state digests of one entry say. A replica tells its newest digest together with the entry that it belongs to, which is not the one executed last while
/// there is work: only digests of the same entry compare. Immutable.
/// </summary>
/// <param name="At">The entry.</param>
/// <param name="HasMajority">Whether more than half of those that have told a digest of this entry, and at least two, have told the same.</param>
/// <param name="Differing">Those whose digest is not the majority's. Nobody, if there is none.</param>
/// <param name="Split">Who has the same state as whom, when there is no majority and the replicas that have told no digest of this entry can't make one; else null.</param>
internal sealed record StateComparison(long At, bool HasMajority, IReadOnlyList<int> Differing, string? Split)
{
    /// <summary>Compares what replicas have told.</summary>
    /// <param name="reports">By number of the replica that was asked: what it says of its number may be wrong.</param>
    /// <param name="replicas">How many replicas there are.</param>
    /// <returns>One comparison for each entry, in order.</returns>
    public static IEnumerable<StateComparison> Of(ClusterReports reports, int replicas) => reports.Replicas
        .Where(report => !string.IsNullOrEmpty(report.Value.StateDigest))
        .GroupBy(report => report.Value.DigestAt, report => (Replica: report.Key, Digest: report.Value.StateDigest))
        .OrderBy(same => same.Key)
        .Select(same => Compare(same.Key, [.. same], replicas));

    private static StateComparison Compare(long at, IReadOnlyList<(int Replica, string Digest)> told, int replicas)
    {
        var largest = told.GroupBy(report => report.Digest).MaxBy(equal => equal.Count())!;
        var count = largest.Count();
        if (count > 1 && count * 2 > told.Count)
            return new StateComparison(at, true, [.. told.Where(report => report.Digest != largest.Key).Select(report => report.Replica)], null);
        var others = replicas - told.Count;
        return new StateComparison(at, false, [], (count + others) * 2 > replicas ? null : Events.Split.Of(told));
    }
}
