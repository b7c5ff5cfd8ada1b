using Dams.Hosting.Cluster;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Hosting;

internal sealed class RefusedDatagramsTests
{
    [Test]
    public void Problems_that_an_operator_can_correct_are_reported_with_their_count_since_the_last_look()
    {
        var counters = new TransportCounters();
        var refused = new RefusedDatagrams(counters, NullLogger.Instance);
        Assert.That(refused.Look(), Is.Null);
        counters.CountDrop(DropReason.Unauthenticated);
        counters.CountDrop(DropReason.Unauthenticated);
        counters.CountDrop(DropReason.WrongCluster);
        Assert.That(refused.Look(), Is.EqualTo("1 of another cluster, 2 sealed with another key, or damaged"));
        Assert.That(refused.Look(), Is.Null);
    }

    [Test]
    public void Replays_and_garbage_are_not_reported()
    {
        var counters = new TransportCounters();
        foreach (var reason in new[] { DropReason.BadMagic, DropReason.Replayed, DropReason.RateLimited, DropReason.Malformed })
            counters.CountDrop(reason);
        Assert.That(new RefusedDatagrams(counters, NullLogger.Instance).Look(), Is.Null);
    }
}
