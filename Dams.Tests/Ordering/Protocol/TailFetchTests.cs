using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Ordering.Storage;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>How a candidate fetches the tail of the log that it has chosen.</summary>
internal sealed class TailFetchTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [], FetchEntriesMax = 2 };
    private static readonly Epoch s_epoch = Epoch.Of(9, 1);
    private static readonly Entry[] s_log = LogOf(6);

    private readonly Outbox _outbox = new();
    private readonly HistoryBuffer _history = new(100, 1000);

    [SetUp]
    public void Begin()
    {
        _outbox.ClearMessages();
        _history.Reset(SequenceNumber.Zero);
    }

    [Test]
    public void Nothing_is_fetched_if_nobody_lacks_anything()
    {
        Assert.That(Fetching(from: 6).IsComplete, Is.True);
        Assert.That(_history.From.Value, Is.EqualTo(7));
    }

    [Test]
    public void The_tail_is_fetched_in_portions_and_taken_in_order()
    {
        var tail = Fetching(from: 2);
        tail.Ask();
        Give(tail, 4);
        Assert.That((_history.Count, tail.EarlyCount), Is.EqualTo((0, 1)));
        Give(tail, 3);
        Give(tail, 4);
        Assert.That((_history.Count, tail.EarlyCount), Is.EqualTo((2, 0)));
        Give(tail, 6);
        Assert.That(tail.IsComplete, Is.False);
        Give(tail, 5);
        Assert.That((tail.IsComplete, _history.Count), Is.EqualTo((true, 4)));
        Assert.That(_outbox.Messages.Select(sent => sent.Message), Is.EqualTo(new[] { FetchOf(3, 4), FetchOf(5, 6) }));
        Assert.That(_outbox.Messages.Select(sent => sent.To), Is.All.EqualTo(NodeId.Replica(2)));
    }

    [Test]
    public void Entries_that_do_not_follow_each_other_are_all_fetched_again()
    {
        var tail = Fetching(from: 2);
        Give(tail, 3);
        tail.OnFetched(new Fetched(SequenceNumber.Zero, new SequenceNumber(1), LogOf(4, time: 1)[3]));
        Assert.That((_history.Count, _history.From.Value), Is.EqualTo((0, 3L)));
        tail.Ask();
        Assert.That(_outbox.Messages.Single().Message, Is.EqualTo(FetchOf(3, 4)));
    }

    [Test]
    public void A_tail_that_does_not_end_in_the_promised_chain_value_is_fetched_again()
    {
        var tail = Fetching(from: 4);
        foreach (var entry in LogOf(6, time: 1)[4..])
            tail.OnFetched(new Fetched(SequenceNumber.Zero, new SequenceNumber(1), entry));
        Assert.That((tail.IsComplete, _history.Count), Is.EqualTo((false, 0)));
    }

    [Test]
    public void The_tail_begins_later_if_its_source_has_trimmed_its_log()
    {
        var tail = Fetching(from: 2);
        tail.OnFetched(new Fetched(SequenceNumber.Zero, FirstKept: new SequenceNumber(5), s_log[4]));
        tail.OnFetched(new Fetched(SequenceNumber.Zero, FirstKept: new SequenceNumber(5), s_log[5]));
        Assert.That((tail.IsComplete, _history.From.Value, _history.Count), Is.EqualTo((true, 5L, 2)));
    }

    private TailFetch Fetching(long from)
    {
        var choice = new LogChoice(
            2, new SequenceNumber(6), s_log[5].Chain, View.None, SequenceNumber.Zero, 0, FetchFrom: new SequenceNumber(from));
        return new TailFetch(s_options, _outbox, s_epoch, choice, _history);
    }

    private static void Give(TailFetch tail, int seq) =>
        tail.OnFetched(new Fetched(SequenceNumber.Zero, new SequenceNumber(1), s_log[seq - 1]));

    private static Fetch FetchOf(long from, long to) => new(new SequenceNumber(from), new SequenceNumber(to));

    private static Entry[] LogOf(int entries, long time = 0)
    {
        var log = new List<Entry>();
        for (var i = 1; i <= entries; i++)
        {
            var previous = log.Count == 0 ? Chain.Genesis : log[^1].Chain;
            log.Add(new Entry(new SequenceNumber(i), Epoch.Of(1, 1), time, EntryKind.Noop, previous, SampleEntries.NoRequest));
        }

        return [.. log];
    }
}
