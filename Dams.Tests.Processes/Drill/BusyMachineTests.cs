using System.Diagnostics;
using System.Globalization;

namespace Dams.Tests.Processes.Drill;

/// <summary>Busy loops beside the cluster use up the machine. No replica is replaced, and a start of the cluster succeeds.</summary>
[Explicit("makes the machine busy for minutes")]
[Category("Processes")]
internal sealed class BusyMachineTests
{
    private const int Busy = 40;
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_startsWithin = TimeSpan.FromMinutes(10);

    [Test]
    public async Task No_replica_is_replaced_beside_forty_busy_processes_and_a_start_succeeds()
    {
        await using var cluster = await TestCluster.UpAsync();
        var before = await cluster.IsWholeAsync();
        var loops = new List<Process>();
        try
        {
            // The loops end by themselves if this process is killed.
            for (var i = 0; i < Busy; i++)
                loops.Add(Process.Start("timeout", ["600", "sh", "-c", "while :; do :; done"]));
            var clients = await BookingClients.StartAsync(cluster, 4, seed: 1);
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < s_minute)
                await clients.AnsweredAsync(5);
            await clients.CheckAsync();
            var calls = clients.History.Calls;
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"drill: {calls.Count} calls beside {Busy} busy processes; "
                + $"{calls.Count(call => call.Attempts > 1)} needed more than one attempt"));
            var after = await cluster.StatusAsync();
            Assert.That(
                after.Replicas.Select(replica => replica.Incarnation),
                Is.EqualTo(before.Replicas.Select(replica => replica.Incarnation)), "the same incarnations as before");
            Assert.That(after.Counters.WrongReplies, Is.Zero);

            await cluster.KillAllAsync();
            began = Stopwatch.GetTimestamp();
            // Each process has a twentieth of a core then, and eleven processes are compiled. The minute that dams up usually waits is
            // still enough, because time under such pressure counts less.
            cluster.StartPatience = s_startsWithin;
            await cluster.UpAgainAsync();
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"drill: a start beside {Busy} busy processes took {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s"));
            await clients.CheckAsync();
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            throw;
        }
        finally
        {
            foreach (var loop in loops)
            {
                loop.Kill(entireProcessTree: true);
                loop.Dispose();
            }
        }
    }
}
