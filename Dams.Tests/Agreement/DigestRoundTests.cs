using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;

namespace Dams.Tests.Agreement;

/// <summary>One comparison of state digests: its checkpoint, and the replica that it accuses.</summary>
internal sealed class DigestRoundTests
{
    private static readonly Dictionary<byte, ulong> s_voters = new() { [1] = 10, [2] = 20, [3] = 30, [4] = 40 };

    [TestCase("AAAA", null, false)]
    [TestCase("AABA", 3, false)]
    [TestCase("AAB-", 3, false)]
    [TestCase("AABB", null, true)]
    [TestCase("AABC", null, true)]
    [TestCase("ABCD", null, true)]
    [TestCase("AB-C", null, true)]
    [TestCase("AB--", null, false)]
    [TestCase("A-B-", null, false)]
    [TestCase("AA--", null, false)]
    [TestCase("----", null, false)]
    public void Only_a_replica_alone_against_two_or_three_equal_digests_is_accused(string digests, int? minority, bool isDivided)
    {
        var round = Asked();
        Answer(round, digests);
        Assert.That((round.IsComplete, (int?)round.Minority, round.IsDivided), Is.EqualTo((true, minority, isDivided)));
    }

    [TestCase("AAAA", "1234")]
    [TestCase("AABA", "124")]
    [TestCase("AAB-", "12")]
    [TestCase("AA--", "12")]
    [TestCase("AABB", "")]
    [TestCase("AABC", "12")]
    [TestCase("AB--", "")]
    [TestCase("A---", "")]
    [TestCase("----", "")]
    public void Two_or_more_equal_digests_that_outnumber_any_others_are_the_majority(string digests, string majority)
    {
        var round = Asked();
        Answer(round, digests);
        Assert.That(string.Concat(s_voters.Keys.Where(round.IsWithMajority)), Is.EqualTo(majority));
    }

    [Test]
    public void A_given_checkpoint_is_compared_at_once_even_if_newer_ones_exist()
    {
        var round = DigestRound.At(2000, s_voters, new Instant(1000, 0));
        Assert.That(See(round, 1, 3000), Is.False);
        Answer(round, "AABA");
        Assert.That((round.Checkpoint, round.IsComplete, (int?)round.Minority), Is.EqualTo(((long?)2000, true, 3)));
    }

    [Test]
    [FailsWithout(nameof(ManagerMutants.MissingDigestAccuses))]
    public void A_missing_digest_accuses_nobody()
    {
        var round = Asked();
        Answer(round, "AA-A");
        Assert.That((round.Minority, round.IsDivided), Is.EqualTo(((byte?)null, false)));
    }

    [Test]
    public void The_lowest_checkpoint_is_compared_once_all_replicas_have_named_their_newest()
    {
        var round = new DigestRound(s_voters, new Instant(1000, 0), isWithoutLowest: false);
        Assert.That(See(round, 1, 3000), Is.False);
        Assert.That(See(round, 2, 2000), Is.False);
        Assert.That(See(round, 3, 4000), Is.False);
        Assert.That((round.Checkpoint, round.IsComplete), Is.EqualTo(((long?)null, false)));
        Assert.That(See(round, 4, 3000), Is.True);
        Assert.That(round.Checkpoint, Is.EqualTo(2000));
        Assert.That(See(round, 2, 1000), Is.False, "the checkpoint is settled");
        Assert.That(round.Checkpoint, Is.EqualTo(2000));
    }

    [Test]
    public void Every_other_round_skips_the_lowest_checkpoint_so_that_an_old_one_hides_nobody()
    {
        var round = new DigestRound(s_voters, new Instant(1000, 0), isWithoutLowest: true);
        See(round, 1, 1);
        for (byte replica = 2; replica <= 4; replica++)
            See(round, replica, 2000);
        Assert.That(round.Checkpoint, Is.EqualTo(2000));
        Answer(round, "-AAB");
        Assert.That((round.IsComplete, (int?)round.Minority), Is.EqualTo((true, 4)));
    }

    [TestCase(2, true)]
    [TestCase(3, false)]
    public void Fewer_than_three_checkpoints_are_not_compared(int known, bool isOver)
    {
        var round = new DigestRound(s_voters, new Instant(1000, 0), isWithoutLowest: false);
        for (byte replica = 1; replica <= 4; replica++)
            See(round, replica, replica <= known ? 2000 : 0);
        Assert.That((round.IsComplete, round.Checkpoint), Is.EqualTo((isOver, (long?)(isOver ? 0 : 2000))));
    }

    [Test]
    public void A_silent_replica_or_another_incarnation_has_no_checkpoint()
    {
        var round = new DigestRound(s_voters, new Instant(1000, 0), isWithoutLowest: false);
        round.OnSighting(1, null);
        round.OnSighting(2, new ReplicaSighting(21, false, 9000, Checkpoint: 1000));
        See(round, 3, 3000);
        See(round, 4, 2000);
        Assert.That((round.IsComplete, round.Checkpoint), Is.EqualTo((true, (long?)0)));
    }

    [Test]
    public void A_digest_of_another_checkpoint_or_of_an_unknown_replica_is_ignored()
    {
        var round = Asked();
        round.OnDigest(3, 1000, Digest.Of([9]));
        round.OnDigest(7, 2000, Digest.Of([9]));
        Answer(round, "AA");
        Assert.That((round.IsComplete, round.Minority, round.IsDivided), Is.EqualTo((false, (byte?)null, false)));
    }

    private static bool See(DigestRound round, byte replica, long checkpoint) =>
        round.OnSighting(replica, new ReplicaSighting(s_voters[replica], false, 9000, Checkpoint: checkpoint));

    private static DigestRound Asked()
    {
        var round = new DigestRound(s_voters, new Instant(1000, 0), isWithoutLowest: false);
        foreach (var replica in s_voters.Keys)
            See(round, replica, 2000);
        return round;
    }

    private static void Answer(DigestRound round, string digests)
    {
        for (var i = 0; i < digests.Length; i++)
            round.OnDigest((byte)(i + 1), 2000, digests[i] == '-' ? null : Digest.Of([(byte)digests[i]]));
    }
}
