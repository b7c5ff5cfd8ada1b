using System.Diagnostics;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>A cluster that is configured to be strict: a write is answered by three equal replies, or by two when nobody else is left to speak.</summary>
[Parallelizable]
internal sealed class StrictClusterTests : ClusterFixture
{
    protected override Task<TestCluster> StartAsync() => TestCluster.ApartAsync(isStrict: true);

    [Test]
    public async Task With_two_replicas_that_hang_writes_wait_for_them_and_are_answered_and_reads_do_not_wait()
    {
        var cluster = await ClusterAsync();
        var client = cluster.Client();
        Assert.That((await client.AddAppointmentAsync("MTLA0001", "MTLM010525", AppointmentType.Dental, 5)).Outcome, Is.EqualTo(AddOutcome.Added));
        cluster.Pause("replica3");
        cluster.Pause("replica4");
        var write = await TimeAsync(() => client.AddAppointmentAsync("MTLA0001", "MTLA010525", AppointmentType.Dental, 5));
        Assert.That(write.Result.Outcome, Is.EqualTo(AddOutcome.Added));
        var read = await TimeAsync(() => client.ListAppointmentAvailabilityAsync("MTLA0001", AppointmentType.Dental));
        Assert.That(read.Result.Slots, Has.Length.EqualTo(2));
        Assert.That(write.Took, Is.GreaterThanOrEqualTo(new CoordinatorOptions().SilenceMin), "it waited for a third");
        Assert.That(read.Took, Is.LessThan(write.Took));
    }

    private static async Task<(T Result, TimeSpan Took)> TimeAsync<T>(Func<Task<T>> call)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await call();
        return (result, Stopwatch.GetElapsedTime(began));
    }
}
