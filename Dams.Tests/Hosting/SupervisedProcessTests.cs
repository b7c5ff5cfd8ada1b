using System.Diagnostics;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using NUnit.Framework;

namespace Dams.Tests.Hosting;

/// <summary>What the loop around the supervisor does with real processes.</summary>
[Category("Processes")]
internal sealed class SupervisedProcessTests
{
    private readonly List<SupervisedStatus> _seen = [];
    private RecordingLogger _log = null!;
    private SupervisedProcess _process = null!;
    private Task _loop = null!;

    [SetUp]
    public async Task StartOne()
    {
        _log = new RecordingLogger();
        _process = new SupervisedProcess("sleeper", () => new ProcessStartInfo("sleep", "600"), new SupervisionPolicy(), _log, TimeProvider.System)
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
        _log.Dispose();
        _seen.Clear();
    }

    [Test]
    public async Task One_that_is_renewed_is_killed_and_followed_by_another_and_has_not_ended_by_itself()
    {
        var first = _process.Status.Process!.Value;
        _process.Renew(first);
        await Eventually.IsTrueAsync(() => _process.Status is { State: SupervisedState.Running, Process: { } next } && next != first);
        Assert.That((first.IsAlive, _process.Status.Restarts, _process.Status.LastExitCode), Is.EqualTo((false, 0, (int?)137)));
        lock (_seen)
            Assert.That(_seen.Select(status => status.State), Has.None.EqualTo(SupervisedState.Pausing));
    }

    [Test]
    public async Task Who_means_another_process_than_the_one_that_runs_renews_nothing()
    {
        var first = _process.Status.Process!.Value;
        _process.Renew(null);
        _process.Renew(first with { StartTicks = 1 });
        _process.Renew(first);
        await Eventually.IsTrueAsync(() => _process.Status is { State: SupervisedState.Running, Process: { } next } && next != first);
        var second = _process.Status.Process!.Value;
        _process.Renew(first);
        // Inputs are taken in turn, so that the one before has had its effect when this one has.
        ProcessSignal.Kill(second);
        await Eventually.IsTrueAsync(() => _process.Status.Restarts == 1);
        lock (_seen)
            Assert.That(_seen.Count(status => status.State == SupervisedState.Stopping), Is.EqualTo(1), "ends on purpose");
    }
}
