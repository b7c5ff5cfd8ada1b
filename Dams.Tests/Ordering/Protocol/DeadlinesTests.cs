using Dams.Ordering;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>How the deadlines of a core's parts are combined.</summary>
internal sealed class DeadlinesTests
{
    [Test]
    public void The_earliest_deadline_counts()
    {
        var soon = new Instant(5, 0);
        Assert.That(Deadlines.Earliest(new Instant(7, 0), soon, Instant.Never), Is.EqualTo(soon));
    }

    [Test]
    public void Without_deadlines_there_is_nothing_to_wait_for() =>
        Assert.That((Deadlines.Earliest(), Deadlines.Earliest(Instant.Never)), Is.EqualTo((Instant.Never, Instant.Never)));
}
