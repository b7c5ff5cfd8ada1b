using Dams.Ordering;
using Dams.ReplicaManager.Agreement;
using NUnit.Framework;

namespace Dams.Tests.Agreement;

/// <summary>When fetched replies show that the accused was wrong: three times, against two who say the same.</summary>
internal sealed class ReplyEvidenceTests
{
    private static readonly Case s_case = new(7, Replica: 3, Incarnation: 30, CaseKind.Wrong, OpenedAt: 0, [10, 11, 12]);
    private static readonly Digest s_asked = Digest.Of([7]);

    [Test]
    public void Who_was_wrong_every_time_is_guilty()
    {
        var evidence = Of("9 1 1 1", "9 1 1 1", "9 1 1 1");
        Assert.That((evidence.IsGuilty, evidence.IsComplete), Is.EqualTo((true, true)));
    }

    [Test]
    public void Who_was_right_once_is_not() => Assert.That(Of("9 1 1 1", "1 1 1 1", "9 1 1 1").IsGuilty, Is.False);

    [Test]
    public void Two_witnesses_are_enough_and_one_of_them_may_differ()
    {
        Assert.That(Of("9 1 1 -", "9 1 - 1", "9 - 1 1").IsGuilty);
        Assert.That(Of("9 1 1 8", "9 1 8 1", "9 8 1 1").IsGuilty);
    }

    [Test]
    public void One_witness_is_not_enough() => Assert.That(Of("9 1 1 1", "9 1 1 1", "9 1 - -").IsGuilty, Is.False);

    [Test]
    public void Witnesses_that_contradict_each_other_prove_nothing() => Assert.That(Of("9 1 1 1", "9 1 1 1", "9 1 2 3").IsGuilty, Is.False);

    [Test]
    public void What_can_not_be_had_accuses_nobody() => AgreementScript.OnlyWithoutMutant(ManagementMutant.MissingReplyAccuses, options =>
    {
        var evidence = Of(["9 1 1 1", "- 1 1 1", "9 1 1 1"], options.Mutant);
        Assert.That((evidence.IsGuilty, evidence.IsComplete), Is.EqualTo((false, false)));
        Assert.That(evidence.Missing, Is.EqualTo(new[] { ((byte)3, 11L) }));
    });

    [Test]
    public void What_is_missing_is_not_waited_for_when_it_could_not_acquit()
    {
        var evidence = Of("9 1 1 -", "9 1 - 1", "9 1 1 -");
        Assert.That((evidence.IsComplete, evidence.Missing.Count()), Is.EqualTo((true, 3)));
    }

    [Test]
    public void Silence_takes_no_answer_back()
    {
        var evidence = Of("9 1 1 1", "9 1 1 1", "9 1 1 1");
        evidence.OnReply(3, 10, null);
        Assert.That((evidence.IsGuilty, evidence.Missing.Any()), Is.EqualTo((true, false)));
    }

    [Test]
    public void An_answer_to_another_request_or_of_another_number_is_another_answer()
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
    public void Answers_that_nobody_asked_for_count_for_nothing()
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

    private static ReplyEvidence Of(params string[] answers) => Of(answers, ManagementMutant.None);

    /// <summary>For each number what the accused, and the first, second and fourth replica have answered; a dash if nothing.</summary>
    private static ReplyEvidence Of(string[] answers, ManagementMutant mutant)
    {
        var evidence = new ReplyEvidence(s_case, [1, 2, 4], new Instant(1000, 0), AgreementScript.Rules with { Mutant = mutant });
        foreach (var (sequence, line) in s_case.Sequences.Zip(answers))
        {
            foreach (var (replica, answer) in new byte[] { 3, 1, 2, 4 }.Zip(line.Split(' ')))
                evidence.OnReply(replica, sequence, answer == "-" ? null : Answer((byte)(answer[0] - '0')));
        }

        return evidence;
    }

    private static StoredAnswer? Answer(byte body) => new StoredAnswer(Seq: 3, s_asked, Digest.Of([body]));
}
