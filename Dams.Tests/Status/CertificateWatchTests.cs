using Dams.FrontEnd.Events;
using Dams.Ordering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Status;

/// <summary>The alarm about the certificates of a front end's host.</summary>
public sealed class CertificateWatchTests
{
    [Test]
    public void The_alarm_stands_as_long_as_its_cause_and_is_told_once()
    {
        IReadOnlyList<string> found = [];
        var alarms = new StandingAlarms();
        var journal = new ClusterEventJournal(new BootId(1), new FakeTimeProvider(), NullLogger.Instance);
        var watch = new CertificateWatch(NodeId.FrontEnd(1), () => found, journal, alarms);
        watch.Look();
        Assert.That(journal.Last(9), Is.Empty);
        found = ["the certificate of host mtl ends on …", "the certificate of the front end can't be changed"];
        watch.Look();
        watch.Look();
        var text = string.Join("; ", found);
        Assert.That(alarms.Texts, Is.EqualTo(new[] { text }));
        var told = journal.Last(9).Select(happened => $"{happened.Kind} {happened.Node} {happened.Text}");
        Assert.That(told, Is.EqualTo(new[] { $"alarm frontend1 {text}" }));
        found = [];
        watch.Look();
        Assert.That(alarms.Texts, Is.Empty);
        Assert.That(journal.Last(1).Single().Kind, Is.EqualTo("alarmSettled"));
    }
}
