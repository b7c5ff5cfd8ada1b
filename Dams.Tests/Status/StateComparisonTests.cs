using System.Collections.Immutable;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;

namespace Dams.Tests.Status;

/// <summary>
/// State digests are compared at the entry that they belong to. A majority is more than half of the digests that are reported for it.
/// </summary>
public sealed class StateComparisonTests
{
    /// <param name="told">For each replica its entry and digest, such as <c>7a</c>; <c>-</c> if it does not answer.</param>
    /// <param name="expected">For each entry the replicas that differ, such as <c>7:3</c>, or the groups that it divides.</param>
    [TestCase("7a 7a 7a 7a", "7:")]
    [TestCase("7a 7a 7b 7a", "7:3")]
    [TestCase("5a 7a 7a 7a", "5: 7:", Description = "another entry")]
    [TestCase("5a 5b 7a 7a", "5: 7:", Description = "two others may still report entry 5")]
    [TestCase("5a 7a 7b 7a", "5: 7:3")]
    [TestCase("7a 7a 7b -", "7:3")]
    [TestCase("7a 7b - -", "7:", Description = "two others may still make a majority")]
    [TestCase("7a 7a 7b 7b", "7:{1,2} against {3,4}")]
    [TestCase("7b 7a 7a 7b", "7:{1,4} against {2,3}")]
    [TestCase("7a 7b 7c 7a", "7:{1,4} against {2} against {3}")]
    [TestCase("7a 7b 7c -", "7:{1} against {2} against {3}", Description = "the fourth can't make more than two of four")]
    [TestCase("7 7 7a 7b", "7:", Description = "a missing digest is not another state")]
    [TestCase("- - - -", "")]
    public void A_comparison_names_the_replicas_that_differ_or_the_divided_groups(string told, string expected)
    {
        var replicas = told.Split(' ').Select((text, i) => (Id: i + 1, Text: text)).Where(report => report.Text != "-")
            .ToImmutableDictionary(
                report => report.Id,
                report => new GetStatusResult { Executed = 9, DigestAt = report.Text[0] - '0', StateDigest = report.Text[1..] });
        var compared = StateComparison.Of(new ClusterReports(replicas, ClusterReports.None.Managers), 4);
        Assert.That(
            string.Join(' ', compared.Select(entry => $"{entry.At}:{entry.Split ?? string.Join(',', entry.Differing.Order())}")),
            Is.EqualTo(expected));
    }

    [Test]
    public void Only_a_majority_ends_a_division()
    {
        static bool HasMajority(params string[] digests) => StateComparison.Of(new ClusterReports(
            digests.Select((digest, i) => (Id: i + 1, digest))
                .ToImmutableDictionary(told => told.Id, told => new GetStatusResult { StateDigest = told.digest }),
            ClusterReports.None.Managers), 4).Single().HasMajority;
        Assert.That((HasMajority("a", "a", "b"), HasMajority("a", "a")), Is.EqualTo((true, true)));
        Assert.That(
            (HasMajority("a"), HasMajority("a", "b"), HasMajority("a", "a", "b", "b")), Is.EqualTo((false, false, false)));
    }
}
