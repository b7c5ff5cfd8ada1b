using Dams.ReplicaManager.Agreement;

namespace Dams.Tests.Agreement;

/// <summary>Several inquiries share the questions to a replica.</summary>
internal sealed class StatusQuestionsTests
{
    [Test]
    public void A_replica_gets_the_next_question_only_after_the_last_one_has_ended()
    {
        var access = new RecordingAccess();
        var questions = new StatusQuestions(access);
        questions.Ask(3);
        questions.Ask(3);
        questions.Ask(4);
        Assert.That(access.StatusAsked, Is.EqualTo(new byte[] { 3, 4 }));
        questions.OnAnswered(3);
        questions.Ask(3);
        questions.Ask(4);
        Assert.That(access.StatusAsked, Is.EqualTo(new byte[] { 3, 4, 3 }));
    }
}
