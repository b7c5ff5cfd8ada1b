using Dams.FrontEnd.Coordination;
using Dams.Ordering;
using Dams.Tests.Ordering.Storage;

namespace Dams.Tests.Coordination;

/// <summary>The order in which the timers of calls elapse.</summary>
internal sealed class CallTimersTests
{
    [Test]
    public void Calls_of_the_same_time_come_in_the_order_in_which_they_were_scheduled()
    {
        var timers = new CallTimers();
        PendingCall[] calls = [CallDueAt(20), CallDueAt(10), CallDueAt(20), CallDueAt(20)];
        foreach (var call in calls)
            timers.Schedule(call);
        Assert.That(timers.NextDeadline, Is.EqualTo(At(10)));
        Assert.That(TakeDue(timers, 9), Is.Empty);
        Assert.That(TakeDue(timers, 20), Is.EqualTo(new[] { calls[1], calls[0], calls[2], calls[3] }));
        Assert.That(timers.NextDeadline, Is.EqualTo(Instant.Never));
    }

    [Test]
    public void A_deadline_that_has_moved_forward_elapses_once()
    {
        var timers = new CallTimers();
        var call = CallDueAt(50);
        timers.Schedule(call);
        call.RetryAt = At(20);
        timers.Schedule(call);
        Assert.That(TakeDue(timers, 30), Is.EqualTo(new[] { call }));
        Assert.That(TakeDue(timers, 60), Is.Empty);
    }

    [Test]
    public void A_deadline_that_has_moved_back_elapses_early_and_must_be_scheduled_again()
    {
        var timers = new CallTimers();
        var call = CallDueAt(20);
        timers.Schedule(call);
        call.RetryAt = At(50);
        timers.Schedule(call);
        Assert.That(TakeDue(timers, 20), Is.EqualTo(new[] { call }));
        timers.Schedule(call);
        Assert.That(timers.NextDeadline, Is.EqualTo(At(50)));
    }

    private static List<PendingCall> TakeDue(CallTimers timers, int milliseconds)
    {
        var taken = new List<PendingCall>();
        while (timers.TryTakeDue(At(milliseconds), out var call))
            taken.Add(call);
        return taken;
    }

    private static PendingCall CallDueAt(int milliseconds) =>
        new(SampleEntries.NoRequest, new CoordinatorOptions(), At(0)) { RetryAt = At(milliseconds) };

    private static Instant At(int milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond, 0);
}
