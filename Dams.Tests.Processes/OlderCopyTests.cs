using Dams.Contracts.Domain;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>
/// An operator restores a data folder from an older copy. No acknowledged booking is lost, and the managers report what happened.
/// </summary>
[Category("Processes")]
[Parallelizable]
internal sealed class OlderCopyTests
{
    private const string Admin = "MTLA0001";
    private const string Outdated = "older copy";

    [Test]
    public async Task A_replica_restored_from_an_older_copy_is_refused_and_no_acknowledged_booking_is_lost()
    {
        await using var cluster = await TestCluster.UpAsync();
        await BookAsync(cluster, 1, 3);
        await cluster.StopAsync();
        TestFolder.Copy(cluster.File("replica1"), cluster.File("copy-of-replica1"));
        await cluster.UpAgainAsync();
        await BookAsync(cluster, 4, 20);
        cluster.Pause("manager1", "manager2", "manager3", "manager4");
        cluster.Pause("replica3", "replica4");
        // Only replicas 1 and 2 have these bookings.
        await BookAsync(cluster, 24, 6);
        await cluster.KillAllAsync();
        Directory.Delete(cluster.File("replica1"), recursive: true);
        TestFolder.Copy(cluster.File("copy-of-replica1"), cluster.File("replica1"));

        // Manager 2 starts late, and so does replica 2.
        foreach (var node in cluster.Topology.Nodes.Where(node => node.Id.Role != NodeRole.Replica && node.Id.ToString() != "manager2"))
            cluster.Add(TestProcess.Start(node.Id.Role, Arguments(cluster, node.Id)));
        await cluster.StatusAsync(status => status.WaitingFor is ["replica1", "replica2"]);
        Assert.That(await LogOfAsync(cluster, "replica1"), Does.Contain($"outdated: its folder is an {Outdated}"));
        Assert.That(
            (await cluster.StatusAsync()).Sequencer?.Active, Is.Not.True,
            "no sequencer may lead yet: replicas 3 and 4 don't have the bookings that replica 1 has forgotten");

        cluster.Add(TestProcess.Start(NodeRole.Manager, Arguments(cluster, new NodeId(NodeRole.Manager, 2))));
        await cluster.IsWholeAsync(TimeSpan.FromSeconds(60));
        var said = await cluster.Managers.SayAsync(
            status => status.Events.Any(happening => happening.Node == "replica1" && happening.Text.Contains(Outdated)));
        Assert.That(
            said.Events.Select(happening => happening.Node),
            Is.All.EqualTo("replica1").Or.EqualTo("replica2").Or.EqualTo("replica3").Or.EqualTo("replica4"));
        Assert.That(Directory.Exists(cluster.File("replica1.aside-1")), "the older copy is kept as evidence");
        Assert.That(await BookedAsync(cluster), Is.EqualTo(Enumerable.Range(1, 29)), "every booking that was acknowledged");
    }

    [Test]
    [Explicit("starts two more clusters; the simulation restores managers from older copies in every test run")]
    public async Task A_manager_restored_from_an_older_copy_joins_its_group_again()
    {
        await using var cluster = await TestCluster.UpAsync();
        TestFolder.Copy(cluster.File("manager3"), cluster.File("copy-of-manager3"));
        // The managers agree on a replica's restart. The older copy of manager 3 does not have this agreement.
        cluster.Kill("manager3");
        await cluster.Managers.SayAsync(status => status.Id == "manager3");
        cluster.Kill("replica1");
        await cluster.IsWholeAsync();
        await cluster.StopAsync();
        Directory.Delete(cluster.File("manager3"), recursive: true);
        TestFolder.Copy(cluster.File("copy-of-manager3"), cluster.File("manager3"));
        await cluster.UpAgainAsync();
        await cluster.Managers.SayAsync(status => status.Id == "manager3" && status.Group!.Votes);
        Assert.That(await LogOfAsync(cluster, "manager3"), Does.Contain(Outdated));
        Assert.That(Directory.Exists(cluster.File("manager3", "group.aside-1")));
        await cluster.IsWholeAsync();
    }

    private static string[] Arguments(TestCluster cluster, NodeId id) =>
        ["--id", id.ToString(), "--config", cluster.File("dams.json"), "--supervised", "--exit-with-parent"];

    private static async Task BookAsync(TestCluster cluster, int from, int count)
    {
        var client = cluster.Client();
        foreach (var patient in Enumerable.Range(from, count))
        {
            var slot = SlotOf(patient);
            var added = await client.AddAppointmentAsync(Admin, slot, AppointmentType.Physician, 1);
            Assert.That(added.Outcome.ToString(), Is.EqualTo("Added"));
            var booked = await client.BookAppointmentAsync(Admin, PatientOf(patient), slot, AppointmentType.Physician);
            Assert.That(booked.Outcome.ToString(), Is.EqualTo("Booked"));
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

    /// <summary>Waits until a process logs that its folder is outdated, and gives the log.</summary>
    private static async Task<string> LogOfAsync(TestCluster cluster, string id)
    {
        var text = "";
        await Eventually.IsTrueAsync(
            () => (text = File.ReadAllText(cluster.File("logs", $"{id}.log"))).Contains(Outdated),
            $"{id} logs that its folder is an {Outdated}");
        return text;
    }
}
