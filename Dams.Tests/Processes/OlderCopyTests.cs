using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes;

/// <summary>
/// An operator puts a data folder back from an older copy: nothing that was acknowledged is lost, and the managers say what happened.
/// </summary>
[Category("Processes")]
[Parallelizable]
internal sealed class OlderCopyTests
{
    private const string Admin = "MTLA0001";
    private const string Outdated = "older copy";

    [Test]
    public async Task A_replica_that_is_put_back_is_refused_and_no_acknowledged_booking_is_lost()
    {
        await using var cluster = await TestCluster.UpAsync();
        await BookAsync(cluster, 1, 3);
        await cluster.StopAsync();
        TestFolder.Copy(cluster.File("replica1"), cluster.File("copy-of-replica1"));
        await cluster.UpAgainAsync();
        await BookAsync(cluster, 4, 20);
        cluster.Pause("manager1", "manager2", "manager3", "manager4");
        cluster.Pause("replica3", "replica4");
        // The first and the second have these, and nobody else.
        await BookAsync(cluster, 24, 6);
        await cluster.KillAllAsync();
        Directory.Delete(cluster.File("replica1"), recursive: true);
        TestFolder.Copy(cluster.File("copy-of-replica1"), cluster.File("replica1"));

        // The second manager is late, and with it the second replica.
        foreach (var node in cluster.Topology.Nodes.Where(node => node.Id.Role != NodeRole.Replica && node.Id.ToString() != "manager2"))
            cluster.Add(TestProcess.Start(node.Id.Role, Arguments(cluster, node.Id)));
        await cluster.StatusAsync(status => status.WaitingFor.SequenceEqual(new[] { "replica1", "replica2" }));
        Assert.That(await LogOfAsync(cluster, "replica1"), Does.Contain($"outdated: its folder is an {Outdated}"));
        Assert.That((await cluster.StatusAsync()).Sequencer?.Active, Is.Not.True, "the other three can't begin: none of them knows what the first has forgotten");

        cluster.Add(TestProcess.Start(NodeRole.Manager, Arguments(cluster, new NodeId(NodeRole.Manager, 2))));
        await cluster.IsWholeAsync(TimeSpan.FromSeconds(60));
        var said = await cluster.Managers.SayAsync(status => status.Events.Any(happening => happening.Node == "replica1" && happening.Text.Contains(Outdated)));
        Assert.That(said.Events.Select(happening => happening.Node), Is.All.EqualTo("replica1").Or.EqualTo("replica2").Or.EqualTo("replica3").Or.EqualTo("replica4"));
        Assert.That(Directory.Exists(cluster.File("replica1.aside-1")), "the older copy is evidence");
        Assert.That(await BookedAsync(cluster), Is.EqualTo(Enumerable.Range(1, 29)), "every booking that was acknowledged");
    }

    [Test]
    [Explicit("starts two clusters more; the simulation puts managers back all the time")]
    public async Task A_manager_that_is_put_back_joins_its_group_anew()
    {
        await using var cluster = await TestCluster.UpAsync();
        TestFolder.Copy(cluster.File("manager3"), cluster.File("copy-of-manager3"));
        // A restart of a replica is something that the managers agree on, and that a manager which forgets it would not know.
        cluster.Kill("manager3");
        await cluster.Managers.SayAsync(status => status.Id == "manager3");
        cluster.Kill("replica1");
        await cluster.IsWholeAsync();
        await cluster.StopAsync();
        Directory.Delete(cluster.File("manager3"), recursive: true);
        TestFolder.Copy(cluster.File("copy-of-manager3"), cluster.File("manager3"));
        await cluster.UpAgainAsync();
        await cluster.Managers.SayAsync(status => status.Id == "manager3" && status.Group.Votes);
        Assert.That(await LogOfAsync(cluster, "manager3"), Does.Contain(Outdated));
        Assert.That(Directory.Exists(cluster.File("manager3", "group.aside-1")));
        await cluster.IsWholeAsync();
    }

    private static string[] Arguments(TestCluster cluster, NodeId id) => ["--id", id.ToString(), "--config", cluster.File("dams.json"), "--supervised", "--exit-with-parent"];

    private static async Task BookAsync(TestCluster cluster, int from, int count)
    {
        var client = cluster.Client();
        foreach (var patient in Enumerable.Range(from, count))
        {
            var slot = SlotOf(patient);
            Assert.That((await client.AddAppointmentAsync(Admin, slot, AppointmentType.Physician, 1)).Outcome.ToString(), Is.EqualTo("Added"));
            Assert.That((await client.BookAppointmentAsync(Admin, PatientOf(patient), slot, AppointmentType.Physician)).Outcome.ToString(), Is.EqualTo("Booked"));
        }
    }

    private static async Task<List<int>> BookedAsync(TestCluster cluster)
    {
        var client = cluster.Client();
        var booked = new List<int>();
        for (var patient = 1; patient < 30; patient++)
        {
            var schedule = await client.GetAppointmentScheduleAsync(Admin, PatientOf(patient));
            if (schedule.Bookings?.Any(booking => booking.AppointmentId == SlotOf(patient)) == true)
                booked.Add(patient);
        }

        return booked;
    }

    private static string PatientOf(int number) => $"MTLP{number:0000}";

    private static string SlotOf(int number) => $"MTLM{number:00}0125";

    /// <summary>The log of a process, once it has said that it is outdated.</summary>
    private static async Task<string> LogOfAsync(TestCluster cluster, string id)
    {
        var text = "";
        await Eventually.IsTrueAsync(() => (text = File.ReadAllText(cluster.File("logs", $"{id}.log"))).Contains(Outdated), $"{id} says that its folder is an {Outdated}");
        return text;
    }
}
