using System.Collections.Immutable;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;

namespace Dams.Tests.Status;

/// <summary>State digests compare at the entry that they belong to, and a majority is more than half of those that are told of it.</summary>
public sealed class StateComparisonTests
{
    /// <param name="told">For each replica the entry and the digest, as <c>7a</c>; <c>-</c> if it says nothing.</param>
    /// <param name="expected">For each entry who differs, as <c>7:3</c>, or who is divided.</param>
    [TestCase("7a 7a 7a 7a", "7:")]
    [TestCase("7a 7a 7b 7a", "7:3")]
    [TestCase("5a 7a 7a 7a", "5: 7:", Description = "another entry")]
    [TestCase("5a 5b 7a 7a", "5: 7:", Description = "two others may still tell of 5")]
    [TestCase("5a 7a 7b 7a", "5: 7:3")]
    [TestCase("7a 7a 7b -", "7:3")]
    [TestCase("7a 7b - -", "7:", Description = "two others may still tell who is right")]
    [TestCase("7a 7a 7b 7b", "7:{1,2} against {3,4}")]
    [TestCase("7b 7a 7a 7b", "7:{1,4} against {2,3}")]
    [TestCase("7a 7b 7c 7a", "7:{1,4} against {2} against {3}")]
    [TestCase("7a 7b 7c -", "7:{1} against {2} against {3}", Description = "the fourth can't make more than two of four")]
    [TestCase("7 7 7a 7b", "7:", Description = "no digest at all is no other state")]
    [TestCase("- - - -", "")]
    public void They_tell_who_differs_or_who_is_divided(string told, string expected)
    {
        var replicas = told.Split(' ').Select((text, i) => (Id: i + 1, Text: text)).Where(report => report.Text != "-")
            .ToImmutableDictionary(report => report.Id, report => new GetStatusResult { Executed = 9, DigestAt = report.Text[0] - '0', StateDigest = report.Text[1..] });
        var compared = StateComparison.Of(new ClusterReports(replicas, ClusterReports.None.Managers), 4);
        Assert.That(string.Join(' ', compared.Select(entry => $"{entry.At}:{entry.Split ?? string.Join(',', entry.Differing.Order())}")), Is.EqualTo(expected));
    }

    [Test]
    public void Only_a_majority_settles_what_was_divided()
    {
        static bool HasMajority(params string[] digests) => StateComparison.Of(new ClusterReports(
            digests.Select((digest, i) => (Id: i + 1, digest)).ToImmutableDictionary(told => told.Id, told => new GetStatusResult { StateDigest = told.digest }),
            ClusterReports.None.Managers), 4).Single().HasMajority;
        Assert.That((HasMajority("a", "a", "b"), HasMajority("a", "a"), HasMajority("a"), HasMajority("a", "b"), HasMajority("a", "a", "b", "b")), Is.EqualTo((true, true, false, false, false)));
    }
}
