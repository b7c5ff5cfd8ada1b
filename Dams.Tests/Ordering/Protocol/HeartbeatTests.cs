using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>When the active sequencer's SYNCs are due, and who gets them.</summary>
internal sealed class HeartbeatTests
{
    private static readonly GroupOptions s_options =
        new() { Group = GroupId.Replicas, Members = [1, 2, 3], Sequencers = [1, 2, 3], FrontEnds = [1, 2] };
    private static readonly Instant s_now = new(1_000_000, 0);
    private static readonly Sync s_sync =
        new(new SequenceNumber(7), new SequenceNumber(6), SequenceNumber.Zero, SequenceNumber.Zero, MustAnswer: false, View.None);

    [Test]
    public void SYNC_is_due_at_intervals_and_only_while_the_sequencer_is_active()
    {
        var heartbeat = new Heartbeat(s_options, 2, new Outbox());
        Assert.That(heartbeat.NextDeadline, Is.EqualTo(Instant.Never));
        heartbeat.Schedule(s_now);
        Assert.That(heartbeat.NextDeadline, Is.EqualTo(s_now + s_options.SyncInterval));
        heartbeat.End();
        Assert.That(heartbeat.NextDeadline, Is.EqualTo(Instant.Never));
    }

    [Test]
    public void SYNC_of_the_replicas_group_goes_to_every_seat_and_its_manager_the_other_sequencers_and_the_front_ends() =>
        Assert.That(Receivers(GroupId.Replicas), Is.EquivalentTo(new[]
        {
            "replica1", "replica2", "replica3", "sequencer1", "sequencer3", "frontend1", "frontend2", "manager1", "manager2", "manager3",
        }));

    [Test]
    public void SYNC_of_the_managers_group_goes_to_each_manager_once() => Assert.That(
        Receivers(GroupId.Managers),
        Is.EquivalentTo(new[] { "manager1", "manager2", "manager3", "sequencer1", "sequencer3", "frontend1", "frontend2" }));

    private static List<string> Receivers(GroupId group)
    {
        var (outbox, epoch) = (new Outbox(), Epoch.Of(3, 2));
        new Heartbeat(s_options with { Group = group }, 2, outbox).Send(s_sync, epoch);
        Assert.That(outbox.Messages.Select(sent => (sent.Epoch, sent.Message)), Is.All.EqualTo((epoch, (Message)s_sync)));
        return [.. outbox.Messages.Select(sent => sent.To.ToString())];
    }
}
