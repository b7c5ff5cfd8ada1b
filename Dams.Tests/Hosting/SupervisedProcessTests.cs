using System.Diagnostics;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Hosting;

/// <summary>The loop around the supervisor, with real processes.</summary>
[Category("Processes")]
internal sealed class SupervisedProcessTests
{
    private readonly List<SupervisedStatus> _seen = [];
    private FakeLogger _log = null!;
    private SupervisedProcess _process = null!;
    private Task _loop = null!;

    [SetUp]
    public async Task StartOne()
    {
        _log = new FakeLogger();
        _process = new SupervisedProcess(
            "sleeper", () => new ProcessStartInfo("sleep", "600"), new SupervisionPolicy(), _log, TimeProvider.System)
        {
            Changed = status =>
            {
                lock (_seen)
                    _seen.Add(status);
            },
        };
        _loop = _process.RunAsync();
        _process.Want();
        await Eventually.IsTrueAsync(() => _process.Status.Process is not null);
    }

    [TearDown]
    public async Task EndIt()
    {
        _process.End();
        await _loop;
        _seen.Clear();
    }

    [Test]
    public async Task A_renewed_process_is_killed_and_followed_by_another_and_no_restart_is_counted()
    {
        var first = _process.Status.Process!.Value;
        _process.Renew(first);
        await Eventually.IsTrueAsync(() => _process.Status is { State: SupervisedState.Running, Process: { } next } && next != first);
        Assert.That((first.IsAlive, _process.Status.Restarts, _process.Status.LastExitCode), Is.EqualTo((false, 0, (int?)137)));
        lock (_seen)
            Assert.That(_seen.Select(status => status.State), Has.None.EqualTo(SupervisedState.Pausing));
    }

    [Test]
    public async Task A_renewal_of_a_process_that_does_not_run_has_no_effect()
    {
        var first = _process.Status.Process!.Value;
        _process.Renew(null);
        _process.Renew(first with { StartTicks = 1 });
        _process.Renew(first);
        await Eventually.IsTrueAsync(() => _process.Status is { State: SupervisedState.Running, Process: { } next } && next != first);
        var second = _process.Status.Process!.Value;
        _process.Renew(first);
        // Inputs are handled in order: when this one has had its effect, the one before has, too.
        ProcessSignal.Kill(second);
        await Eventually.IsTrueAsync(() => _process.Status.Restarts == 1);
        lock (_seen)
            Assert.That(_seen.Count(status => status.State == SupervisedState.Stopping), Is.EqualTo(1), "the number of intended stops");
    }
}
