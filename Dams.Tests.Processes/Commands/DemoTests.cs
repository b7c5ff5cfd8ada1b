using System.Diagnostics;
using Dams.Tests.Cli;
using Dams.Tests.Network;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Commands;

/// <summary>The demonstration checks itself; its exit code says whether every check passed.</summary>
[Category("Processes")]
internal sealed class DemoTests
{
    [Test]
    public async Task The_demonstration_passes_its_checks_and_ends()
    {
        using var demo = TestProcess.StartDams("lab", "demo", "--address", TestAddresses.Next().ToString());
        var began = Stopwatch.GetTimestamp();
        var exitCode = await demo.ExitAsync();
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(60)));
        TestContext.Out.WriteLine(demo.Output);
        Assert.That(exitCode, Is.Zero, demo.Errors);
        Assert.That(
            demo.Output, Does.Match(@"bookings lost +│ +0 ").And.Match(@"wrong answers +│ +0 ").And.Match("replica3 .* replaced"));
        // On a busy machine replica2 may take so long to come back that it is replaced instead.
        Assert.That(demo.Output, Does.Match("replica2 .* (killed, and back|killed, and replaced)"));
        Assert.That(demo.Errors, Is.Empty);
    }

    [Test]
    public async Task An_address_beyond_loopback_is_refused()
    {
        var run = await CliRun.OfAsync("lab", "demo", "--address", "10.0.0.1");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Errors, Does.StartWith("--address is '10.0.0.1'"));
    }
}
