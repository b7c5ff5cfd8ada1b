using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Mutation;

namespace Dams.Tests.Agreement;

/// <summary>Fetched replies show that the accused was wrong: three times, and each time against two equal replies.</summary>
internal sealed class ReplyEvidenceTests
{
    private static readonly Case s_case = new(7, Replica: 3, Incarnation: 30, CaseKind.Wrong, OpenedAt: 0, [10, 11, 12]);
    private static readonly Digest s_asked = Digest.Of([7]);

    [Test]
    public void An_accused_that_was_wrong_every_time_is_guilty()
    {
        var evidence = Of("9 1 1 1", "9 1 1 1", "9 1 1 1");
        Assert.That((evidence.IsGuilty, evidence.IsComplete), Is.EqualTo((true, true)));
    }

    [Test]
    public void An_accused_that_was_right_once_is_not_guilty() => Assert.That(Of("9 1 1 1", "1 1 1 1", "9 1 1 1").IsGuilty, Is.False);

    [Test]
    public void Two_equal_witnesses_are_enough_even_if_the_third_is_missing_or_differs()
    {
        Assert.That(Of("9 1 1 -", "9 1 - 1", "9 - 1 1").IsGuilty);
        Assert.That(Of("9 1 1 8", "9 1 8 1", "9 8 1 1").IsGuilty);
    }

    [Test]
    public void One_witness_is_not_enough() => Assert.That(Of("9 1 1 1", "9 1 1 1", "9 1 - -").IsGuilty, Is.False);

    [Test]
    public void Witnesses_that_contradict_each_other_prove_nothing() => Assert.That(Of("9 1 1 1", "9 1 1 1", "9 1 2 3").IsGuilty, Is.False);

    [Test]
    [FailsWithout(nameof(ManagerMutants.MissingReplyAccuses))]
    public void A_missing_reply_accuses_nobody()
    {
        var evidence = Of("9 1 1 1", "- 1 1 1", "9 1 1 1");
        Assert.That((evidence.IsGuilty, evidence.IsComplete), Is.EqualTo((false, false)));
        Assert.That(evidence.Missing, Is.EqualTo(new[] { ((byte)3, 11L) }));
    }

    [Test]
    public void A_missing_reply_that_could_not_acquit_is_not_waited_for()
    {
        var evidence = Of("9 1 1 -", "9 1 - 1", "9 1 1 -");
        Assert.That((evidence.IsComplete, evidence.Missing.Count()), Is.EqualTo((true, 3)));
    }

    [Test]
    public void A_later_silence_does_not_withdraw_an_answer()
    {
        var evidence = Of("9 1 1 1", "9 1 1 1", "9 1 1 1");
        evidence.OnReply(3, 10, null);
        Assert.That((evidence.IsGuilty, evidence.Missing.Any()), Is.EqualTo((true, false)));
    }

    [Test]
    public void An_answer_with_another_request_or_number_is_a_different_answer()
    {
        var evidence = Of("- 1 1 1", "9 1 1 1", "9 1 1 1");
        var right = Answer(1)!.Value;
        evidence.OnReply(3, 10, right with { Request = Digest.Of([8]) });
        Assert.That(evidence.IsGuilty);
        evidence.OnReply(3, 10, right with { Seq = 4 });
        Assert.That(evidence.IsGuilty);
        evidence.OnReply(3, 10, right);
        Assert.That(evidence.IsGuilty, Is.False);
    }

    [Test]
    public void Answers_that_were_not_asked_for_do_not_count()
    {
        var evidence = new ReplyEvidence(s_case, [1, 2], new Instant(1000, 0), AgreementScript.Rules);
        evidence.OnReply(4, 10, Answer(1));
        evidence.OnReply(1, 99, Answer(1));
        for (var sequence = 10; sequence <= 12; sequence++)
        {
            evidence.OnReply(3, sequence, Answer(9));
            evidence.OnReply(1, sequence, Answer(1));
            Assert.That(evidence.IsComplete, Is.False);
        }

        evidence.OnReply(4, 11, Answer(1));
        Assert.That(evidence.IsGuilty, Is.False);
    }

    /// <summary>
    /// Evidence from one line for each number: the answers of the accused, and of the replicas 1, 2 and 4. A dash is no answer.
    /// </summary>
    private static ReplyEvidence Of(params string[] answers)
    {
        var evidence = new ReplyEvidence(s_case, [1, 2, 4], new Instant(1000, 0), AgreementScript.Rules);
        foreach (var (sequence, line) in s_case.Sequences.Zip(answers))
        {
            foreach (var (replica, answer) in new byte[] { 3, 1, 2, 4 }.Zip(line.Split(' ')))
                evidence.OnReply(replica, sequence, answer == "-" ? null : Answer((byte)(answer[0] - '0')));
        }

        return evidence;
    }

    private static StoredAnswer? Answer(byte body) => new StoredAnswer(Seq: 3, s_asked, Digest.Of([body]));
}
