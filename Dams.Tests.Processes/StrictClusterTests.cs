using System.Diagnostics;
using Dams.Contracts.Domain;
using Dams.FrontEnd.Coordination;

namespace Dams.Tests.Processes;

/// <summary>
/// A cluster configured as strict. Three equal replies answer a write, or two if no other active replica replies within the limit.
/// </summary>
[Parallelizable]
internal sealed class StrictClusterTests : ClusterFixture
{
    protected override Task<TestCluster> StartAsync() => TestCluster.ApartAsync(isStrict: true);

    [Test]
    public async Task Writes_wait_for_two_hung_replicas_before_their_answer_but_reads_do_not()
    {
        var cluster = await ClusterAsync();
        var client = cluster.Client();
        var first = await client.AddAppointmentAsync("MTLA0001", "MTLM010525", AppointmentType.Dental, 5);
        Assert.That(first.Outcome, Is.EqualTo(AddOutcome.Added));
        cluster.Pause("replica3");
        cluster.Pause("replica4");
        var write = await TimeAsync(() => client.AddAppointmentAsync("MTLA0001", "MTLA010525", AppointmentType.Dental, 5));
        Assert.That(write.Result.Outcome, Is.EqualTo(AddOutcome.Added));
        var read = await TimeAsync(() => client.ListAppointmentAvailabilityAsync("MTLA0001", AppointmentType.Dental));
        Assert.That(read.Result.Slots, Has.Length.EqualTo(2));
        Assert.That(write.Took, Is.GreaterThanOrEqualTo(new CoordinatorOptions().SilenceMin), "the write waited for a third reply");
        Assert.That(read.Took, Is.LessThan(write.Took));
    }

    private static async Task<(T Result, TimeSpan Took)> TimeAsync<T>(Func<Task<T>> call)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await call();
        return (result, Stopwatch.GetElapsedTime(began));
    }
}
