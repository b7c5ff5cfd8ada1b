using System.Globalization;
using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Ordering;
using Dams.Tests.Cli;
using Dams.Tests.Clients;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Lies;

/// <summary>A poison request: each replica that executes it dies.</summary>
[Category("Processes")]
[Parallelizable]
internal sealed class PoisonTests
{
    private static readonly string[] s_mortals = ["replica1", "replica2", "replica3", "replica4"];

    [Test]
    public async Task An_operator_can_skip_a_request_that_kills_every_replica()
    {
        Dictionary<string, TestProcess> mortals = [];
        await using var cluster = await TestCluster.ApartAsync(
            replicas: cluster => s_mortals.Select(id => mortals[id] = BuggyReplica.Start(cluster, id, Bug.Deadly)),
            leftOut: ["manager1", "manager2", "manager3", "manager4"]);
        var client = new CommandClient(() => cluster.Client());
        var slot = new Slot(new AppointmentId(Hospital.MTL, new DateOnly(2026, 4, 21), TimeOfDay.Morning), AppointmentType.Dental);
        var add = await client.TryAsync(new AddAppointment(new CallerId(true, Hospital.MTL, 1), slot, 5), "add");
        Assert.That(add.Reply, Is.EqualTo(new AddReply(AddOutcome.Added)));

        var deadly = Book(DeadlyEngine.DeadlyPatient);
        var first = new CommandClient(() => cluster.Client()).TryAsync(deadly, "deadly");
        // The managers would restart the replicas, but they are left out; so the test does it.
        var status = await cluster.StatusAsync(status =>
        {
            foreach (var id in s_mortals.Where(id => mortals[id].HasExited))
                cluster.Add(mortals[id] = BuggyReplica.Start(cluster, id, Bug.Deadly));
            return status.Replicas.All(replica => replica.State == "waiting");
        }, TimeSpan.FromSeconds(60));
        Assert.That((await first).Reply, Is.Null, "the reply to a request that no replica survives");
        var waitedFor = status.Replicas[0].WaitingBefore!.Value;
        Assert.That(status.Replicas.Select(replica => replica.WaitingBefore), Is.All.EqualTo(waitedFor));
        Assert.That(await cluster.IsHealthyAsync(), Is.False);

        // The manager finds its replica running, and leaves it alone.
        cluster.Add(TestProcess.Start(NodeRole.Manager, cluster.ArgumentsOf("manager4")));
        await cluster.StatusAsync(status => status.Managers[3].State == "active");
        var wrong = await SkipAsync(waitedFor + 1000);
        Assert.That(
            (wrong.ExitCode, wrong.Errors),
            Is.EqualTo((1, $"entry {waitedFor + 1000} is not skipped: nothing is committed under that number\n")));
        var skip = await SkipAsync(waitedFor);
        Assert.That(
            (skip.ExitCode, skip.Output),
            Is.EqualTo((0, $"entry {waitedFor} is skipped: its request has failed with an internal error\n")), skip.Errors);

        var repeat = await Assert.ThrowsAsync<FaultException<DamsFault>>(() => client.TryAsync(deadly, "deadly"));
        Assert.That(repeat?.Detail.Code, Is.EqualTo(DamsFaultCode.InternalError));
        var harmless = await client.TryAsync(Book(1), "harmless");
        Assert.That(harmless.Reply, Is.EqualTo(new BookReply(BookOutcome.Booked)));
        await cluster.StatusAsync(
            status => status.Replicas.All(replica => replica.State == "active" && replica.Executed >= harmless.Sequence));
        await cluster.IsWholeAsync();

        BookAppointment Book(ushort patient) =>
            new(new CallerId(false, Hospital.MTL, patient), new PatientId(Hospital.MTL, patient), slot);
        Task<CliRun> SkipAsync(long seq) =>
            CliRun.OfAsync("skip", seq.ToString(CultureInfo.InvariantCulture), "--url", cluster.Service.ToString());
    }
}
