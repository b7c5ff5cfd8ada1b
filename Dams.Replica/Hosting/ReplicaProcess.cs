using System.CommandLine;
using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Lab;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Replica.Core;
using Dams.Replica.Hosting.Snapshots;
using Dams.Replica.Service;
using Dams.Replica.Versions;
using Dams.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting;

/// <summary>
/// The process of a replica: a group member with its log, an engine, and SOAP endpoints. With <c>--standalone</c> it
/// serves the whole contract from one engine instead.
/// </summary>
internal static class ReplicaProcess
{
    /// <summary>A file with this name in the data folder says that the folder's incarnation was ordered out.</summary>
    public const string LeftMark = "left";

    /// <summary>A file with this name in the data folder names the incarnation that the folder belongs to.</summary>
    public const string IncarnationMark = "incarnation";

    /// <summary>Serves the whole contract alone.</summary>
    public static Option<bool> Standalone { get; } =
        new("--standalone")
        {
            Description = "Serve the whole appointment contract alone, unreplicated and in memory, for development and comparison.",
        };

    /// <summary>Overrides the configured version.</summary>
    public static Option<string?> Version { get; } =
        new("--engine") { Description = "Run this version instead of the configured one." };

    /// <summary>Says that the replica will have to join.</summary>
    public static Option<bool> Joins { get; } =
        new("--joins") { Description = "Prepare to join while starting: this replica replaces an incarnation that was ordered out." };

    public static Task<int> RunAsync(NodeContext context, CancellationToken stopping) => RunAsync(context, version => version, stopping);

    /// <summary>Runs a replica with the version that <paramref name="instead"/> makes of the configured one.</summary>
    public static async Task<int> RunAsync(NodeContext context, Func<EngineVersion, EngineVersion> instead, CancellationToken stopping)
    {
        var logger = context.Loggers.CreateLogger("Dams.Replica");
        var replica = context.Topology.FindReplica(context.Id.Number)!;
        var name = context.Options.GetValue(Version) ?? replica.Versions[0];
        if (!VersionCatalog.TryFind(name, out var version))
        {
            var names = string.Join(", ", VersionCatalog.All.Select(known => known.Name));
            await Console.Error.WriteLineAsync($"there is no version {name}; the versions are {names}");
            return ExitCodes.Configuration;
        }

        version = instead(version);
        return context.Options.GetValue(Standalone)
            ? await RunStandaloneAsync(context, version, logger, stopping)
            : await RunMemberAsync(context, version, logger, stopping);
    }

    private static async Task<int> RunStandaloneAsync(
        NodeContext context, EngineVersion version, ILogger logger, CancellationToken stopping)
    {
        if (!AnybodyMayCall(context.Topology))
        {
            await Console.Error.WriteLineAsync($"{Standalone.Name} answers anybody: it is for a loopback cluster without users");
            return ExitCodes.Configuration;
        }

        ReplicaLog.Standalone(logger, version.Name);
        await using var web = BuildWeb(context);
        var engine = version.Create();
        using var ownership = engine as IDisposable;
        var executor = new StandaloneExecutor(engine);
        var topology = AtReplica(context.Topology);
        web.MapAppointments(topology, executor);
        web.MapOriginal(topology, executor);
        await web.StartAsync(stopping);
        await web.WaitForShutdownAsync(stopping);
        return ExitCodes.Stopped;
    }

    private static WebApplication BuildWeb(NodeContext context) =>
        NodeWeb.CreateBuilder(context.Loggers, context.Topology.Limits, context.Node.Listen)
            .SpeakTls(context.Certificates.Nodes?.Server)
            .AnswerUnder(HostNames.Of(context.Topology))
            .AddContracts()
            .Build();

    private static async Task<int> RunMemberAsync(NodeContext context, EngineVersion version, ILogger logger, CancellationToken stopping)
    {
        var boot = DriverOptions.NewBoot();
        var clock = ClockSource.System;
        var outbox = new Outbox();
        // The slowest steps run beside the rest: on a busy machine, a process starts faster with two threads than with one.
        using var others = new ReplicaClients(context.Topology, context.Certificates.Nodes);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var rehearsal = context.Options.GetValue(Joins)
            ? Task.Run(
                () => SnapshotFetcher.RehearseAsync(context.Topology, context.Id.Number, others.Of, logger, end.Token),
                CancellationToken.None)
            : Task.CompletedTask;
        var building = Task.Run(() => BuildWeb(context), CancellationToken.None);
        using var log = DurableLog.Open(
            new DurableLogOptions
            {
                Folder = Path.Combine(context.DataFolder, "log"),
                Durability = context.Topology.Durability,
            },
            context.Loggers.CreateLogger<DurableLog>());
        // The manager reads this, because it must know whose folder this is even when the process can't say it.
        WholeFile.Write(Path.Combine(context.DataFolder, IncarnationMark), log.Record.Incarnation.ToString());
        using var mark = ExecutionMarkFile.Open(Path.Combine(context.DataFolder, "executing"), log.Record.Incarnation, MachineBoot.Id);
        var engineNumber = (byte)VersionCatalog.All.TakeWhile(known => known.Name != version.Name).Count();
        var options = new ReplicaCoreOptions();
        var folder = new SnapshotFolder(Path.Combine(context.DataFolder, "snapshots"), log.IsDurable);
        var node = SnapshotStart.Find(folder, log, options, snapshot => new ReplicaProtocol(
            ClusterGroups.ReplicasOf(context.Topology), context.Id.Number, log, outbox, version.Create(), engineNumber,
            options, boot.Value, snapshot: snapshot, mark: mark), logger);
        if (node is null)
            return ExitCodes.Internal;
        using var ownership = node.Core.Engine as IDisposable;
        node.Start(clock.Now);
        ReplicaLog.Started(
            logger, context.Id.Number, version.Name, node.Member.Incarnation.ToString(), log.Last.Value, node.Core.Executed.Value);

        var snapshots = new SnapshotKeeper(node, log, folder, logger);
        var fetcher = new SnapshotFetcher(node, context.Id.Number, context.Topology, others.Of, folder, options, logger);
        var observer = new ReplicaObserver(node, snapshots, fetcher.OnBatchEnd, end.Cancel, logger);
        var driven = new DrivenCore(GroupId.Replicas, node, outbox, log, observer);
        using var lab = context.Lab ? new ReplicaLab(context.Id, driven, new ReplicaTruth(node.Core, version.Create), log, logger) : null;
        await using var network = NodeDriver.Open(context, boot, [lab?.Driven ?? driven], clock);
        await using var web = await building;
        var frontEnd = new Uri(
            context.Topology.PublicBaseUrl ?? context.Topology.UriOf(context.Topology.FrontEnds[0]), SoapPaths.Appointments);
        var endpoint = new ReplicaEndpoint(node, log, folder, network.Driver, boot);
        web.MapReplica(AtReplica(context.Topology), lab?.Around(endpoint, network.Driver) ?? endpoint);
        lab?.Map(web, context.Orders, network.Driver);
        // Only front ends know the users.
        if (AnybodyMayCall(context.Topology))
        {
            web.MapAppointments(
                AtReplica(context.Topology),
                new ReadOnlyAppointmentExecutor(new LocalReads(node, network.Driver), () => frontEnd.ToString()));
        }

        await web.StartAsync(stopping);
        network.Driver.Start();
        var writing = snapshots.RunAsync(network.Driver, end.Token);
        var fetching = fetcher.RunAsync(network.Driver, end.Token);
        var exitCode = await network.RunUntilAsync(end.Token);
        await web.StopAsync(CancellationToken.None);
        await network.Driver.StopAsync();
        await writing;
        await fetching;
        await rehearsal;
        if (node.Member.State != MemberState.Left)
            return exitCode;
        // The manager sets the folder aside and starts a new incarnation.
        ReplicaLog.Left(logger, node.Member.Incarnation.ToString());
        WholeFile.Write(Path.Combine(context.DataFolder, LeftMark), node.Member.Incarnation.ToString());
        return ExitCodes.OrderedOut;
    }

    private static bool AnybodyMayCall(ClusterTopology topology) => topology is { IsBeyondLoopback: false, Users: null };

    // The public address leads to the front end. The WSDL of a replica names the replica.
    private static ClusterTopology AtReplica(ClusterTopology topology) => topology with { PublicBaseUrl = null };
}
