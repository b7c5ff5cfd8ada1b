using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Which log a new epoch continues, and where its tail begins.</summary>
internal sealed class PromiseCollectorTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3, 4], Sequencers = [1], FrontEnds = [], HistoryEntriesMax = 100 };
    private static readonly View s_view = ViewOf(1, 2, 3, 4);

    [Test]
    public void Three_voters_of_the_longest_log_of_the_highest_epoch_must_have_promised()
    {
        var promises = new PromiseCollector(s_options);
        promises.Add(1, Of(1, epoch: 2, last: 90));
        promises.Add(2, Of(2, epoch: 3, last: 50));
        Assert.That(promises.Choose(), Is.Null);
        promises.Add(3, Of(3, epoch: 3, last: 51));
        Assert.That((promises.Choose()!.Source, promises.Choose()!.Last.Value), Is.EqualTo(((byte)3, 51L)));
    }

    [Test]
    public void A_new_incarnation_is_not_counted_and_does_not_move_the_start_of_the_tail()
    {
        var promises = new PromiseCollector(s_options);
        promises.Add(1, Of(1, epoch: 3, last: 60, commit: 58));
        promises.Add(2, Of(2, epoch: 3, last: 59));
        promises.Add(3, Of(3, epoch: 0, last: 0) with { Incarnation = new Incarnation(33) });
        Assert.That(promises.Choose(), Is.Null);
        promises.Add(4, Of(4, epoch: 3, last: 57));
        Assert.That(promises.Choose()!.FetchFrom.Value, Is.EqualTo(57), "the shortest log of the view");
    }

    [Test]
    public void The_tail_begins_at_the_lower_of_shortest_log_and_commit_and_fits_half_the_history()
    {
        var promises = new PromiseCollector(s_options);
        promises.Add(1, Of(1, epoch: 3, last: 200, commit: 190));
        promises.Add(2, Of(2, epoch: 3, last: 199));
        promises.Add(3, Of(3, epoch: 3, last: 199));
        Assert.That(promises.Choose()!.FetchFrom.Value, Is.EqualTo(190));
        promises.Add(4, Of(4, epoch: 3, last: 5));
        Assert.That(promises.Choose()!.FetchFrom.Value, Is.EqualTo(150));
    }

    [Test]
    public void The_epoch_begins_with_the_highest_commit_and_time_of_any_promise_within_the_log()
    {
        var promises = new PromiseCollector(s_options);
        promises.Add(1, Of(1, epoch: 3, last: 60, commit: 58));
        promises.Add(2, Of(2, epoch: 3, last: 59) with { Time = 12 });
        promises.Add(3, Of(3, epoch: 2, last: 70, commit: 61) with { Time = 11 });
        Assert.That((promises.Choose()!.CommitSeq.Value, promises.Choose()!.Time), Is.EqualTo((60L, 12L)));
    }

    [Test]
    public void The_first_epoch_needs_every_configured_member()
    {
        var promises = new PromiseCollector(s_options);
        foreach (var member in new byte[] { 1, 2, 3 })
            promises.Add(member, Of(member, epoch: 0, last: 0));
        Assert.That(promises.Choose(), Is.Null);
        promises.Add(4, Of(4, epoch: 0, last: 0));
        Assert.That((promises.Choose()!.View, promises.Choose()!.Last), Is.EqualTo((s_view, SequenceNumber.Zero)));
    }

    private static Promise Of(byte member, ulong epoch, long last, long commit = 0) => new(
        new Claim(Epoch.Of(9, 1), new BootId(1)), new Incarnation(member), epoch == 0 ? Epoch.None : Epoch.Of(epoch, 1),
        new SequenceNumber(last), Chain.Genesis, new SequenceNumber(commit), SequenceNumber.Zero, 0, epoch == 0 ? View.None : s_view);

    private static View ViewOf(params byte[] members) => new(SequenceNumber.Zero, members.Select(id =>
        new ViewMember(id, new Incarnation(id), SequenceNumber.Zero, SequenceNumber.Zero)));
}
