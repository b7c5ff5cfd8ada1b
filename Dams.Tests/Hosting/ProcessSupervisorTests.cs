using Dams.Hosting.Supervision;

namespace Dams.Tests.Hosting;

public sealed class ProcessSupervisorTests
{
    private readonly SupervisionPolicy _policy = new();
    private ProcessSupervisor _supervisor = null!;
    private TimeSpan _now;

    [SetUp]
    public void Begin()
    {
        _supervisor = new ProcessSupervisor(_policy);
        _now = TimeSpan.FromHours(1);
    }

    private static string Text(IReadOnlyList<SupervisorEffect> effects) =>
        string.Join(' ', effects.Select(effect => effect.GetType().Name));

    private string Wanted() => Text(_supervisor.OnWanted());

    private string Started() => Text(_supervisor.OnStarted(_now));

    private string Exited(int? exitCode = 1) => Text(_supervisor.OnExited(exitCode, _now));

    private string Pass(double milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        return Text(_supervisor.OnTimerElapsed(_now));
    }

    private void Run()
    {
        Wanted();
        Started();
    }

    [Test]
    public void Nothing_is_started_before_it_is_wanted()
    {
        Assert.That(Pass(100_000), Is.Empty);
        Assert.That(Wanted(), Is.EqualTo("Start"));
        Assert.That(Wanted(), Is.Empty);
        Started();
        Assert.That(_supervisor.State, Is.EqualTo(SupervisedState.Running));
        Assert.That(Wanted(), Is.Empty);
    }

    [Test]
    public void A_process_that_ends_is_started_again_after_the_pause_and_not_before()
    {
        Run();
        Assert.That(Exited(137), Is.Empty);
        Assert.That(_supervisor.State, Is.EqualTo(SupervisedState.Pausing));
        Assert.That(_supervisor.LastExitCode, Is.EqualTo(137));
        Assert.That(Pass(199), Is.Empty);
        Assert.That(Pass(1), Is.EqualTo("Start"));
        Assert.That(_supervisor.Restarts, Is.EqualTo(1));
    }

    [Test]
    public void The_pause_doubles_up_to_its_bound()
    {
        Wanted();
        foreach (var pause in new[] { 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            Started();
            Exited();
            Assert.That(Pass(pause - 1), Is.Empty);
            Assert.That(Pass(1), Is.EqualTo("Start"));
        }
    }

    [Test]
    public void A_failed_start_is_retried_like_an_exit()
    {
        Wanted();
        Assert.That(Text(_supervisor.OnStartFailed(_now)), Is.Empty);
        Assert.That(Pass(200), Is.EqualTo("Start"));
        Assert.That(_supervisor.LastExitCode, Is.Null);
    }

    [Test]
    public void After_half_a_minute_of_health_the_pause_is_short_again()
    {
        Run();
        for (var i = 0; i < 4; i++)
        {
            Exited();
            Pass(5000);
            Started();
        }

        Pass(29_999);
        Exited();
        Assert.That(Pass(3199), Is.Empty, "one millisecond short of healthy: still the fifth pause");
        Pass(1);
        Started();
        Pass(30_000);
        Exited();
        Assert.That(Pass(200), Is.EqualTo("Start"));
    }

    [Test]
    public void A_renewal_kills_the_process_and_starts_the_next_without_pause_or_counted_restart()
    {
        Run();
        Exited();
        Pass(200);
        Started();
        Assert.That(Text(_supervisor.OnRenewalAsked(_now)), Is.EqualTo("Kill"));
        Assert.That(_supervisor.State, Is.EqualTo(SupervisedState.Stopping), "it has not ended by itself");
        Assert.That(Text(_supervisor.OnRenewalAsked(_now)), Is.Empty);
        Assert.That(Pass(_policy.StopGrace.TotalMilliseconds), Is.EqualTo("Kill"), "in case the first kill could not end it");
        Assert.That(Exited(137), Is.EqualTo("Start"));
        Assert.That(_supervisor.Restarts, Is.EqualTo(1));
        Started();
        Exited();
        Assert.That(Pass(200), Is.EqualTo("Start"), "the pause is the first one again");
    }

    [Test]
    public void A_renewal_in_the_pause_starts_at_once_unless_the_process_is_not_wanted()
    {
        Assert.That(Text(_supervisor.OnRenewalAsked(_now)), Is.Empty);
        Run();
        Exited();
        Assert.That(Text(_supervisor.OnRenewalAsked(_now)), Is.EqualTo("Start"));
        Assert.That((Pass(10_000), _supervisor.Restarts), Is.EqualTo(("", 0)));
        Started();
        _supervisor.OnEndAsked(_now);
        Assert.That(Text(_supervisor.OnRenewalAsked(_now)), Is.Empty, "it is being stopped");
        Exited();
        Assert.That((Text(_supervisor.OnRenewalAsked(_now)), _supervisor.State), Is.EqualTo(("", SupervisedState.Ended)));
    }

    [Test]
    public void A_requested_restart_stops_in_order_and_starts_the_next_without_pause_or_counted_restart()
    {
        Assert.That(Text(_supervisor.OnRestartAsked(_now)), Is.Empty, "nothing runs");
        Run();
        Assert.That(Text(_supervisor.OnRestartAsked(_now)), Is.EqualTo("Terminate"));
        Assert.That(Text(_supervisor.OnRestartAsked(_now)), Is.Empty);
        Assert.That(Pass(_policy.StopGrace.TotalMilliseconds), Is.EqualTo("Kill"), "if it does not stop in time");
        Assert.That((Exited(0), _supervisor.Restarts), Is.EqualTo(("Start", 0)));
        Started();
        _supervisor.OnRestartAsked(_now);
        _supervisor.OnEndAsked(_now);
        Assert.That(Exited(0), Is.EqualTo("End"));
    }

    [Test]
    public void An_end_terminates_the_process_and_is_final()
    {
        Run();
        Assert.That(Text(_supervisor.OnEndAsked(_now)), Is.EqualTo("Terminate"));
        Assert.That(Text(_supervisor.OnEndAsked(_now)), Is.Empty);
        Assert.That(Wanted(), Is.Empty, "the end is final");
        Assert.That(Exited(0), Is.EqualTo("End"));
        Assert.That(_supervisor.State, Is.EqualTo(SupervisedState.Ended));
        Assert.That(Pass(100_000), Is.Empty);
        Assert.That(Wanted(), Is.Empty);
    }

    [Test]
    public void A_process_that_does_not_stop_in_time_is_killed_again_and_again()
    {
        Run();
        _supervisor.OnEndAsked(_now);
        Assert.That(Pass(4999), Is.Empty);
        Assert.That(Pass(1), Is.EqualTo("Kill"));
        Assert.That(Pass(1), Is.Empty);
        Assert.That(Pass(4999), Is.EqualTo("Kill"));
        Assert.That(Exited(137), Is.EqualTo("End"));
    }

    [Test]
    public void A_stop_during_a_start_waits_for_the_process_so_that_none_is_left_behind()
    {
        Wanted();
        Assert.That(Text(_supervisor.OnEndAsked(_now)), Is.Empty);
        Assert.That(Started(), Is.EqualTo("Terminate"));
        Assert.That(Exited(0), Is.EqualTo("End"));
    }

    [Test]
    public void A_stop_during_a_start_is_over_when_the_start_fails()
    {
        Wanted();
        _supervisor.OnEndAsked(_now);
        Assert.That(Text(_supervisor.OnStartFailed(_now)), Is.EqualTo("End"));
    }

    [Test]
    public void A_stop_in_the_pause_or_before_the_first_start_is_over_at_once()
    {
        Assert.That(Text(new ProcessSupervisor(_policy).OnEndAsked(_now)), Is.EqualTo("End"));
        Run();
        Exited();
        Assert.That(Text(_supervisor.OnEndAsked(_now)), Is.EqualTo("End"));
        Assert.That(Pass(10_000), Is.Empty);
    }

    [Test]
    public void Late_news_of_an_ended_process_changes_nothing()
    {
        Run();
        Exited();
        Assert.That(Exited(), Is.Empty);
        Assert.That(Started(), Is.Empty);
        Assert.That(Text(_supervisor.OnStartFailed(_now)), Is.Empty);
        Assert.That(_supervisor.State, Is.EqualTo(SupervisedState.Pausing));
    }
}
