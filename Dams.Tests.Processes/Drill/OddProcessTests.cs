using System.Diagnostics;
using Dams.Hosting;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes.Drill;

/// <summary>
/// One process has another configuration or key than the others. It is not heard, or it does no harm, and it logs the difference if it can
/// know it. The others go on. With the right configuration and key it comes back by itself.
/// </summary>
[Category("Processes")]
[Parallelizable]
internal sealed class OddProcessTests
{
    private const string Odd = "replica4";
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_oddFor = TimeSpan.FromSeconds(4);

    private static readonly (string Name, Func<ClusterTopology, string, ClusterTopology> Change, string? Says)[] s_cases =
    [
        ("another key", (topology, folder) => topology with { KeyFile = OtherKey(folder) }, "sealed with another key"),
        ("another cluster's name", (topology, _) => topology with { Cluster = "another" }, "of another cluster"),
        ("another port", (topology, _) => topology with
        {
            Replicas = Changed(topology, 3, replica => replica with { Listen = OtherPort(replica.Listen) }),
        }, null),
        ("other ports of the sequencers", (topology, _) => topology with
        {
            Sequencers = [.. topology.Sequencers.Select(node => node with { Listen = OtherPort(node.Listen) })],
        }, null),
        ("two replicas exchanged", (topology, _) => topology with { Replicas = Exchanged(topology) }, null),
        ("other versions", (topology, _) => topology with
        {
            Replicas = Changed(topology, 3, replica => replica with { Versions = ["Ledger"] }),
        }, null),
        ("no durability", (topology, _) => topology with { Durability = Durability.Memory }, "durability is memory"),
        ("five replicas", (topology, _) => topology with { Replicas = [.. topology.Replicas, FifthOf(topology)] }, null),
    ];

    [Test]
    public async Task A_process_with_another_key_or_cluster_name_is_not_heard_and_logs_why() => await RunAsync(s_cases[..2]);

    [Test]
    [Explicit("takes a minute")]
    public async Task All_differences_of_a_configuration() => await RunAsync(s_cases);

    private static async Task RunAsync((string Name, Func<ClusterTopology, string, ClusterTopology> Change, string? Says)[] cases)
    {
        await using var cluster = await TestCluster.ApartAsync(
            cluster => [TestProcess.Start(NodeRole.Replica, cluster.ArgumentsOf(Odd))], isStrict: false, "manager4");
        try
        {
            var log = cluster.Topology.LogFileOf(new NodeId(NodeRole.Replica, 4));
            foreach (var (name, change, says) in cases)
            {
                var clients = await BookingClients.StartAsync(cluster, 4, seed: 1);
                await clients.AnsweredAsync(50);
                if (cluster.Find(Odd) is not null)
                    cluster.Kill(Odd);
                var from = new FileInfo(log).Length;
                var config = cluster.File("odd.json");
                await File.WriteAllTextAsync(config, change(cluster.Topology, cluster.File()).Write());
                using (var odd = TestProcess.Start(NodeRole.Replica, "--id", Odd, "--config", config, "--supervised"))
                {
                    var began = Stopwatch.GetTimestamp();
                    if (says is not null)
                    {
                        await Eventually.IsTrueAsync(
                            () => odd.HasExited || Tail(log, from).Contains(says, StringComparison.Ordinal),
                            $"{name}: the log of {Odd} says: {says}");
                    }

                    await clients.AnsweredAsync(100);
                    while (!odd.HasExited && Stopwatch.GetElapsedTime(began) < s_oddFor)
                        await clients.AnsweredAsync(20);
                    var state = odd.HasExited ? $"has ended with {await odd.ExitAsync()}: {odd.Errors}" : "runs";
                    var complaints = string.Join('\n', Tail(log, from).Split('\n').Where(IsComplaint).Take(8));
                    TestContext.Out.WriteLine($"drill: {Odd} with {name}: {state}\n{complaints}");
                    odd.Kill();
                    await odd.ExitAsync();
                }

                await clients.CheckAsync();
                Assert.That(clients.History.Calls.Where(call => call.Attempts > 1), Is.Empty, $"calls that failed beside {name}");
                cluster.Add(TestProcess.Start(NodeRole.Replica, cluster.ArgumentsOf(Odd)));
            }

            // The managers may have ordered the replica out by now, because it was away. Then its own manager starts a new incarnation.
            cluster.Add(TestProcess.Start(NodeRole.Manager, cluster.ArgumentsOf("manager4")));
            await cluster.IsWholeAsync(s_backWithin);
            Assert.That((await cluster.StatusAsync()).Counters.WrongReplies, Is.Zero);
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            throw;
        }
    }

    private static bool IsComplaint(string line) => line.Contains(" WARN ", StringComparison.Ordinal)
        || line.Contains(" ERROR ", StringComparison.Ordinal) || line.Contains(" FATAL ", StringComparison.Ordinal);

    private static string Tail(string path, long from)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Min(from, file.Length);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static string OtherKey(string folder)
    {
        var path = Path.Combine(folder, "other.key");
        if (!File.Exists(path))
            KeyFile.Create(path, KeyRing.Generate());
        return path;
    }

    private static NodeAddress OtherPort(NodeAddress address) => address with { Port = address.Port + 500 };

    private static System.Collections.Immutable.ImmutableArray<ReplicaNode> Changed(
        ClusterTopology topology, int index, Func<ReplicaNode, ReplicaNode> change) =>
        topology.Replicas.SetItem(index, change(topology.Replicas[index]));

    private static System.Collections.Immutable.ImmutableArray<ReplicaNode> Exchanged(ClusterTopology topology)
    {
        var (first, second) = (topology.Replicas[0], topology.Replicas[1]);
        return topology.Replicas.SetItem(0, first with { Listen = second.Listen }).SetItem(1, second with { Listen = first.Listen });
    }

    private static ReplicaNode FifthOf(ClusterTopology topology)
    {
        var last = topology.Replicas[^1];
        return last with
        {
            Id = last.Id with { Number = (byte)(last.Id.Number + 1) },
            Listen = last.Listen with { Port = last.Listen.Port + 1 },
            DataFolder = last.DataFolder + "5",
        };
    }
}
