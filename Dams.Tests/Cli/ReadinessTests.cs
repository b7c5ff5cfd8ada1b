using Dams.Cli.Cluster;

namespace Dams.Tests.Cli;

public sealed class ReadinessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly ReadinessObservation AllWell =
        new(IsHealthy: true, VotingReplicas: 4, AllReplicas: 4, IsReadAnswered: true, AnsweredByAll: 1, Missing: []);

    private static ReadinessVerdict Judge(ReadinessObservation seen, double seconds) =>
        Readiness.Judge(seen, TimeSpan.FromSeconds(seconds), Limit);

    [TestCase(0)]
    [TestCase(100)]
    public void A_read_that_all_replicas_answered_equally_makes_the_cluster_ready(double seconds) =>
        Assert.That(Judge(AllWell, seconds), Is.EqualTo(ReadinessVerdict.Ready));

    [Test]
    public void Before_the_limit_anything_less_makes_the_start_wait()
    {
        Assert.That(Judge(AllWell with { VotingReplicas = 3 }, 59), Is.EqualTo(ReadinessVerdict.Wait));
        Assert.That(Judge(AllWell with { IsReadAnswered = false }, 59), Is.EqualTo(ReadinessVerdict.Wait));
        Assert.That(Judge(AllWell with { AnsweredByAll = 0 }, 59), Is.EqualTo(ReadinessVerdict.Wait));
        Assert.That(Judge(AllWell with { IsHealthy = false }, 59), Is.EqualTo(ReadinessVerdict.Wait));
    }

    [Test]
    public void After_the_limit_an_answer_of_two_replicas_is_enough() =>
        Assert.That(Judge(AllWell with { VotingReplicas = 2, AnsweredByAll = 0 }, 60), Is.EqualTo(ReadinessVerdict.ReadyWithoutAll));

    [Test]
    public void The_observation_names_the_missing_replicas()
    {
        Assert.That(AllWell.Replicas, Is.EqualTo("4 of 4 replicas vote"));
        Assert.That(
            (AllWell with { VotingReplicas = 2, Missing = ["replica2", "replica4"] }).Replicas,
            Is.EqualTo("2 of 4 replicas vote, missing: replica2, replica4"));
    }

    [Test]
    public void After_the_limit_no_answer_is_a_failure() =>
        Assert.That(Judge(AllWell with { IsReadAnswered = false }, 60), Is.EqualTo(ReadinessVerdict.Failed));
}
