using System.Net;
using System.Security.Claims;
using Dams.FrontEnd.Events;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Status;

public sealed class ClusterEventJournalTests
{
    private static readonly BootId s_boot = new(0xb1);

    private FakeTimeProvider _time = null!;
    private FakeLogger _log = null!;
    private ClusterEventJournal _journal = null!;

    [SetUp]
    public void Open() => _journal = new ClusterEventJournal(s_boot, _time = new FakeTimeProvider(), _log = new FakeLogger());

    private void Write(int count)
    {
        for (var i = 1; i <= count; i++)
            _journal.Write(ClusterEventKind.ReplicaStateChanged, "replica1", "is active");
    }

    private static List<long> ReadAll(EventSubscription subscription)
    {
        var ids = new List<long>();
        while (subscription.TryRead(out var next, out _))
            ids.Add(next!.Id);
        return ids;
    }

    [Test]
    public void An_event_is_numbered_counted_and_logged_at_the_level_of_its_kind()
    {
        _journal.Write(ClusterEventKind.EpochChanged, "sequencer1", "leads epoch 1.1");
        _time.Advance(TimeSpan.FromSeconds(1));
        _journal.Write(ClusterEventKind.ReplyWrong, "replica2", "gave a wrong reply to 7");
        _journal.Write(ClusterEventKind.ReplyWrong, "replica2", "gave a wrong reply to 8", _time.Start);
        Assert.That(_journal.Last(10).Select(written => (written.Id, written.Time - _time.Start)),
            Is.EqualTo(new[] { (1, TimeSpan.Zero), (2, TimeSpan.FromSeconds(1)), (3L, TimeSpan.Zero) }));
        Assert.That(_journal.Counts(), Is.EquivalentTo(new Dictionary<string, long> { ["epochChanged"] = 1, ["replyWrong"] = 2 }));
        Assert.That(
            (_journal.CountOf(ClusterEventKind.ReplyWrong, "replica2"), _journal.CountOf(ClusterEventKind.ReplyWrong, "replica1")),
            Is.EqualTo((2, 0)));
        Assert.That(_log.Lines.Take(2), Is.EqualTo(new[]
        {
            "Information epochChanged sequencer1: leads epoch 1.1", "Warning replyWrong replica2: gave a wrong reply to 7",
        }));
    }

    [Test]
    public void The_oldest_events_are_forgotten_and_still_counted()
    {
        Write(ClusterEventJournal.Kept + 2);
        Assert.That(
            _journal.Last(int.MaxValue).Select(kept => kept.Id),
            Is.EqualTo(Enumerable.Range(3, ClusterEventJournal.Kept).Select(id => (long)id)));
        Assert.That(
            _journal.Last(2).Select(kept => kept.Id),
            Is.EqualTo(new[] { ClusterEventJournal.Kept + 1L, ClusterEventJournal.Kept + 2L }));
        Assert.That(_journal.Counts().Values.Single(), Is.EqualTo(ClusterEventJournal.Kept + 2));
    }

    [TestCase(null, new long[] { 6 })]
    [TestCase(3L, new long[] { 4, 5, 6 })]
    [TestCase(0L, new long[] { 1, 2, 3, 4, 5, 6 })]
    [TestCase(99L, new long[] { 1, 2, 3, 4, 5, 6 }, Description = "a number of an earlier boot of the front end")]
    public void A_reader_resumes_after_what_it_has_seen(long? after, long[] ids)
    {
        Write(5);
        using var subscription = Subscribe(after is { } number ? new EventPlace(s_boot, number) : null)!;
        Write(1);
        Assert.That(ReadAll(subscription), Is.EqualTo(ids));
    }

    [Test]
    public void A_reader_from_an_earlier_boot_gets_all_events_of_this_one()
    {
        Write(5);
        using var subscription = Subscribe(new EventPlace(new BootId(0xb0), 3))!;
        Assert.That(ReadAll(subscription), Is.EqualTo(new long[] { 1, 2, 3, 4, 5 }));
        Write(ClusterEventJournal.Kept);
        using var late = Subscribe(new EventPlace(new BootId(0xb0), 3))!;
        Assert.That(late.TryRead(out var first, out var missed), Is.True);
        Assert.That((first!.Id, missed), Is.EqualTo((6, 5)));
    }

    [TestCase("40", "00b1-40")]
    [TestCase("0", "00b1-0")]
    [TestCase("00b1-40", "00b1-40")]
    [TestCase("5f3a09c1d27b8e46-7", "5f3a09c1d27b8e46-7")]
    public void An_id_names_a_boot_and_a_number(string text, string id)
    {
        Assert.That(EventPlace.TryParse(text, s_boot, out var place), Is.True);
        Assert.That(place.ToString(), Is.EqualTo(id));
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase("-1")]
    [TestCase("b1-")]
    [TestCase("b1--1")]
    [TestCase("b1-1-1")]
    [TestCase("x-1")]
    [TestCase(" 1")]
    [TestCase("11111111111111111-1")]
    [TestCase("\u0661")]
    public void Anything_else_is_no_id(string text) => Assert.That(EventPlace.TryParse(text, s_boot, out _), Is.False);

    [Test]
    public void A_reader_that_was_too_slow_or_away_too_long_learns_how_many_it_missed()
    {
        using var slow = Subscribe(null)!;
        Write(ClusterEventJournal.Kept + 7);
        Assert.That(slow.TryRead(out var first, out var missed), Is.True);
        Assert.That((first!.Id, missed), Is.EqualTo((8, 7)));
        using var away = Subscribe(new EventPlace(s_boot, 2))!;
        Assert.That(away.TryRead(out first, out missed), Is.True);
        Assert.That((first!.Id, missed), Is.EqualTo((8, 5)));
        Assert.That(away.TryRead(out _, out missed), Is.True);
        Assert.That(missed, Is.Zero);
    }

    [Test]
    public void A_subscriber_too_many_is_refused_until_one_leaves()
    {
        var all = Enumerable.Range(0, ClusterEventJournal.SubscribersMax)
            .Select(i => Subscribe(null, $"reader {i / ClusterEventJournal.SharePerReader}")).ToList();
        Assert.That(all, Has.None.Null);
        Assert.That(Subscribe(null, "another"), Is.Null);
        all[0]!.Dispose();
        Assert.That(Subscribe(null, "another"), Is.Not.Null);
    }

    // Earlier, one client could take all streams, and an operator's page got none.
    [Test]
    public void A_reader_with_its_whole_share_is_refused_and_others_are_not()
    {
        var all = Enumerable.Range(0, ClusterEventJournal.SharePerReader).Select(_ => Subscribe(null, "greedy")).ToList();
        Assert.That(all, Has.None.Null);
        Assert.That(_journal.TrySubscribe(null, "greedy", out var refusal), Is.Null);
        Assert.That(refusal, Is.EqualTo("greedy follows the events 16 times already, which is its share"));
        Assert.That(Subscribe(null, "another"), Is.Not.Null);
        all[0]!.Dispose();
        all[0]!.Dispose();
        Assert.That(Subscribe(null, "greedy"), Is.Not.Null);
        Assert.That(Subscribe(null, "greedy"), Is.Null, "a stream that ends twice makes room once");
    }

    [TestCase("127.0.0.1", null, "this machine")]
    [TestCase("127.9.9.9", null, "this machine")]
    [TestCase("::1", null, "this machine")]
    [TestCase("::ffff:192.0.2.7", null, "192.0.2.7")]
    [TestCase("192.0.2.7", null, "192.0.2.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", null, "2001:db8:1:2::/64")]
    [TestCase("192.0.2.7", "ops", "user ops")]
    public void A_reader_is_a_user_or_else_all_who_come_from_one_address(string address, string? user, string reader)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (user is not null)
            http.User = new ClaimsPrincipal(new ClaimsIdentity([new System.Security.Claims.Claim(ClaimTypes.Name, user)], "Basic"));
        Assert.That(EventReader.Of(http), Is.EqualTo(reader));
    }

    private EventSubscription? Subscribe(EventPlace? after, string reader = "reader") => _journal.TrySubscribe(after, reader, out _);

    [Test]
    public void Names_of_kinds_are_stable() => Assert.That(string.Join(' ', ClusterEventKindNames.All), Is.EqualTo(
        "frontEndStarted epochChanged sequencerChanged sequencerSilent sequencerHeard replicaJoined replicaActivated replicaLeft "
        + "replicaStateChanged managerStateChanged replyWrong replySilent noQuorum divergence checkpointDiffers statesDivided suspicion "
        + "verdict dismissed replacementDecided replacementStarted replacementDone restarting degraded alarm managerEvent alarmSettled"));

    [Test]
    public void Equal_sightings_are_reported_ever_more_rarely_with_their_count()
    {
        var throttle = new Throttle(_time);
        var told = new List<(int Second, long Count)>();
        for (var second = 0; second <= 200; second++)
        {
            if (throttle.Passes(out var count))
                told.Add((second, count));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(told, Is.EqualTo(new[] { (0, 1L), (5, 5), (15, 10), (35, 20), (75, 40), (135, 60), (195, 60) }));
    }

    [Test]
    public void After_a_minute_of_silence_a_sighting_is_news_again()
    {
        var throttle = new Throttle(_time);
        Assert.That(throttle.Passes(out _), Is.True);
        _time.Advance(Throttle.IntervalMin);
        Assert.That(throttle.Passes(out _), Is.True);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(throttle.Passes(out _), Is.False);
        _time.Advance(Throttle.IntervalMax);
        Assert.That((throttle.Passes(out var count), count), Is.EqualTo((true, 2)));
        _time.Advance(Throttle.IntervalMin);
        Assert.That((throttle.Passes(out count), count), Is.EqualTo((true, 1)));
    }
}
