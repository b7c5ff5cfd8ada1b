namespace Dams.FrontEnd.Status;

/// <summary>
/// The comparison of the state digests of one entry. Immutable. A replica reports its newest digest together with the entry that it
/// belongs to. A busy replica has executed later entries already, so only digests of the same entry compare.
/// </summary>
/// <param name="At">The entry.</param>
/// <param name="HasMajority">
/// Whether more than half of the replicas that reported a digest of this entry, and at least two, reported the same.
/// </param>
/// <param name="Differing">The replicas whose digest is not the majority's; none without a majority.</param>
/// <param name="Split">
/// The groups of replicas with equal states, if there is no majority and the replicas without a digest of this entry can't make one;
/// else null.
/// </param>
internal sealed record StateComparison(long At, bool HasMajority, IReadOnlyList<int> Differing, string? Split)
{
    /// <summary>Compares the digests that replicas have reported.</summary>
    /// <param name="reports">Reports by number of the replica that was asked: the number that it reports may be wrong.</param>
    /// <param name="replicas">How many replicas the cluster has.</param>
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
        {
            return new StateComparison(
                at, true, [.. told.Where(report => report.Digest != largest.Key).Select(report => report.Replica)], null);
        }

        var others = replicas - told.Count;
        return new StateComparison(at, false, [], (count + others) * 2 > replicas ? null : Events.Split.Of(told));
    }
}
