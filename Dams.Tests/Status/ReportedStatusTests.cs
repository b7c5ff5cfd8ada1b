using Dams.Contracts.Soap;
using Dams.FrontEnd.Status;
using Dams.Ordering;
using NUnit.Framework;

namespace Dams.Tests.Status;

/// <summary>What a replica says of itself is passed on if it can be meant.</summary>
internal sealed class ReportedStatusTests
{
    [Test]
    public void What_can_be_meant_is_passed_on_as_it_is()
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
            Is.EqualTo(("Calendar", "Waiting", new Incarnation(0xABCD).ToString(), new Incarnation(5).ToString(), new BootId(0xF0).ToString(), "7.2", digest)));
    }

    [TestCase("")]
    [TestCase(null)]
    [TestCase("\u001b]52;c;aGVsbG8=\u0007")]
    [TestCase("[red]")]
    [TestCase("<script>alert(1)</script>")]
    [TestCase(" 7.2")]
    [TestCase("99999999999999999999999999999999999999")]
    public void Anything_else_is_empty(string? said)
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
        Assert.That((clean.Engine, clean.State, clean.Incarnation, clean.BlockedBy, clean.Boot, clean.Epoch, clean.StateDigest), Is.EqualTo(("", "", "", (string?)null, "", "", "")));
    }
}
