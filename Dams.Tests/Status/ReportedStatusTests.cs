using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;
using Dams.Ordering;

namespace Dams.Tests.Status;

/// <summary>The cleaning of a replica's report about itself: only valid values are passed on.</summary>
internal sealed class ReportedStatusTests
{
    [Test]
    public void Valid_values_are_passed_on_unchanged()
    {
        var digest = Digest.Of([1]).ToString();
        var clean = ReportedStatus.Clean(new GetStatusResult
        {
            Engine = "Calendar",
            State = "Waiting",
            Incarnation = new Incarnation(0xABCD).ToString(),
            BlockedBy = new Incarnation(5).ToString(),
            Boot = new BootId(0xF0).ToString(),
            Epoch = global::Dams.Ordering.Epoch.Of(7, 2).ToString(),
            StateDigest = digest,
        });
        Assert.That(
            (clean.Engine, clean.State, clean.Incarnation, clean.BlockedBy, clean.Boot, clean.Epoch, clean.StateDigest),
            Is.EqualTo((
                "Calendar", "Waiting", new Incarnation(0xABCD).ToString(), new Incarnation(5).ToString(), new BootId(0xF0).ToString(),
                "7.2", digest)));
    }

    [TestCase("")]
    [TestCase(null)]
    [TestCase("\u001b]52;c;aGVsbG8=\u0007")]
    [TestCase("[red]")]
    [TestCase("<script>alert(1)</script>")]
    [TestCase(" 7.2")]
    [TestCase("99999999999999999999999999999999999999")]
    public void Any_other_value_becomes_empty(string? said)
    {
        var clean = ReportedStatus.Clean(new GetStatusResult
        {
            Engine = said!,
            State = said!,
            Incarnation = said!,
            BlockedBy = said,
            Boot = said!,
            Epoch = said!,
            StateDigest = said!,
        });
        Assert.That(
            (clean.Engine, clean.State, clean.Incarnation, clean.BlockedBy, clean.Boot, clean.Epoch, clean.StateDigest),
            Is.EqualTo(("", "", "", (string?)null, "", "", "")));
    }
}
