using Dams.Lab;
using Dams.Ordering;

namespace Dams.Tests.Lab;

internal sealed class NetworkFaultsTests
{
    private static readonly NodeId s_one = NodeId.Replica(1);
    private static readonly NodeId s_two = NodeId.Replica(2);
    private static readonly NodeId s_three = NodeId.Replica(3);
    private static readonly LinkFaults s_all = new(0.2, 0.3, 0.4, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));

    private static PacketRule Drop(double share, NodeId? from = null, NodeId? to = null) => new(PacketFault.Drop, from, to, share);

    [Test]
    public void A_rule_applies_to_the_processes_it_names_and_the_later_of_two_counts()
    {
        var faults = NetworkFaults.None.With(Drop(0.5)).With(Drop(1, from: s_one)).With(Drop(0, from: s_one, to: s_two));
        Assert.That(faults.Between(s_two, s_three).Loss, Is.EqualTo(0.5));
        Assert.That(faults.Between(s_one, s_three).Loss, Is.EqualTo(1));
        Assert.That(faults.Between(s_one, s_two).Loss, Is.Zero);
        Assert.That(faults.Describe(), Is.EqualTo(new[] { "drop 50 %", "drop 100 % from replica1", "drop 0 % from replica1 to replica2" }));
    }

    [Test]
    public void A_rule_replaces_an_earlier_one_for_the_same_fault_and_link()
    {
        var faults = NetworkFaults.None
            .With(Drop(0.5))
            .With(new PacketRule(PacketFault.Delay, null, s_two, 1, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)))
            .With(Drop(0.125));
        Assert.That(faults.Describe(), Is.EqualTo(new[] { "delay 50ms and up to 1s more to replica2", "drop 12.5 %" }));
        Assert.That(
            faults.Between(s_one, s_two),
            Is.EqualTo(new LinkFaults(0.125, 0, 0, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1))));
    }

    [Test]
    public void Groups_do_not_hear_each_other_and_a_process_in_no_group_hears_everyone()
    {
        var faults = NetworkFaults.None with { Groups = [[s_one, s_two], [s_three]] };
        var sequencer = NodeId.Sequencer(1);
        Assert.That(faults.Between(s_one, s_three), Is.EqualTo(LinkFaults.Cut));
        Assert.That(faults.Between(s_three, s_one), Is.EqualTo(LinkFaults.Cut));
        Assert.That(faults.Between(s_one, s_two), Is.EqualTo(LinkFaults.None));
        Assert.That(faults.Between(s_one, sequencer), Is.EqualTo(LinkFaults.None));
        Assert.That(faults.Between(sequencer, s_three), Is.EqualTo(LinkFaults.None));
        Assert.That(faults.Describe(), Is.EqualTo(new[] { "partition replica1, replica2 | replica3" }));
    }

    [Test]
    public void The_fate_of_a_datagram_follows_from_the_seed_the_link_and_its_number()
    {
        var fates = Fates(7, s_one, s_two);
        Assert.That(Fates(7, s_one, s_two), Is.EqualTo(fates));
        Assert.That(Fates(7, s_two, s_one), Is.Not.EqualTo(fates));
        Assert.That(Fates(8, s_one, s_two), Is.Not.EqualTo(fates));
    }

    [Test]
    public void The_fate_of_a_datagram_does_not_depend_on_the_fates_before_it()
    {
        var dice = new LinkDice(7, s_one, s_two);
        for (var i = 0; i < 500; i++)
            Assert.That(dice.Throw(i % 2 == 0 ? LinkFaults.Cut : LinkFaults.None, 100).IsLost, Is.EqualTo(i % 2 == 0));
        var rest = Enumerable.Range(500, 500).Select(_ => dice.Throw(s_all, 100));
        Assert.That(rest, Is.EqualTo(Fates(7, s_one, s_two).Skip(500)));
    }

    [Test]
    public void The_share_of_datagrams_that_a_fault_hits_is_as_configured()
    {
        var fates = Fates(1, s_one, s_two, 20_000);
        Assert.That(fates.Count(fate => fate.IsLost) / 20_000.0, Is.EqualTo(s_all.Loss).Within(0.01));
        Assert.That(fates.Count(fate => fate.DuplicateDelay is not null) / 20_000.0, Is.EqualTo(s_all.Duplicate).Within(0.01));
        Assert.That(fates.Count(fate => fate.TurnedBit is not null) / 20_000.0, Is.EqualTo(s_all.Corrupt).Within(0.01));
        Assert.That(fates.Select(fate => fate.TurnedBit).OfType<int>(), Is.All.InRange(0, 799));
        Assert.That(fates.Select(fate => fate.Delay), Is.All.InRange(s_all.Delay, s_all.Delay + s_all.Jitter));
        Assert.That(fates.Select(fate => fate.Delay).Distinct().Count(), Is.GreaterThan(1_000));
    }

    private static List<DatagramFate> Fates(int seed, NodeId from, NodeId to, int count = 1_000)
    {
        var dice = new LinkDice(seed, from, to);
        return [.. Enumerable.Range(0, count).Select(_ => dice.Throw(s_all, 100))];
    }
}
