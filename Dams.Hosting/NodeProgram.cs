using System.CommandLine;
using System.Reflection;
using Dams.Hosting.Cluster;
using Dams.Hosting.Folders;
using Dams.Hosting.Logging;
using Dams.Hosting.Processes;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting;

/// <summary>
/// The common frame of the four kinds of processes: command line, configuration, log, keys, one process per folder, signals and exit
/// codes (<see cref="ExitCodes"/>). The work of each process is the function <c>run</c>.
/// </summary>
public static class NodeProgram
{
    /// <summary>
    /// The limit of the thread pool. All work in the pool is short, or gives its thread back while it waits. More threads would only wait,
    /// and each would need 1.5 MB of stack.
    /// </summary>
    private const int PoolThreadsMax = 256;

    /// <summary>The program's version, without build metadata.</summary>
    public static string Release { get; } =
        typeof(NodeProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Runs a process until it is asked to stop. Returns the exit code.</summary>
    /// <param name="args">The arguments of the command line.</param>
    /// <param name="role">The role of the process; <c>--id</c> must name a process of this role.</param>
    /// <param name="run">
    /// Does the work and returns the exit code. It must return soon after its token is cancelled: the process is ended after ten seconds.
    /// </param>
    /// <param name="options">Additional options of this program; read them from <see cref="NodeContext.Options"/>.</param>
    public static async Task<int> RunAsync(
        string[] args, NodeRole role, Func<NodeContext, CancellationToken, Task<int>> run, params IEnumerable<Option> options)
    {
        var arguments = NodeArguments.Parse(args, role, options, out var exitCode);
        if (arguments is null)
            return exitCode;
        FolderRights.KeepNewFilesPrivate();
        // Standard output belongs to the process that started this one.
        Console.SetOut(Console.Error);
        ClusterTopology? topology = null;
        ThreadPool.SetMaxThreads(PoolThreadsMax, PoolThreadsMax);
        try
        {
            if (DescriptorLimit.ProblemOf(DescriptorLimit.Current) is { } few)
                return Fail($"{arguments.Id} can't start: {few}");
            topology = Load(arguments);
            return topology is not null ? await RunAsync(arguments, topology, run).ConfigureAwait(false) : ExitCodes.Configuration;
        }
        catch (Exception problem) when (DiskRoom.IsCauseOf(problem))
        {
            Fail(NoRoom(arguments.Id, topology, problem));
            return ExitCodes.Storage;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or KeyRingException or DataFolderException
            or CertificateException)
        {
            return Fail(StorageProblem.TextOf(problem));
        }
    }

    private static ClusterTopology? Load(NodeArguments arguments)
    {
        var reading = arguments.Config is { } file ? TopologyReader.ReadFile(file) : new TopologyReading(ClusterTopology.Default(), []);
        foreach (var problem in reading.Problems)
            Console.Error.WriteLine(problem);
        if (reading.Topology is not { } topology)
            return null;
        if (topology.Find(arguments.Id) is null)
        {
            Console.Error.WriteLine($"--id is {arguments.Id}, but the configuration has no such process; "
                + $"it has {string.Join(", ", topology.Nodes.Select(node => node.Id))}");
            return null;
        }

        IReadOnlyList<string> forbidden =
            [.. arguments.Lab ? LabPorts.ProblemsOf(topology) : [], .. BeyondLoopback.ProblemsOf(topology, arguments.Config)];
        foreach (var problem in forbidden)
            Console.Error.WriteLine(problem);
        if (forbidden.Count > 0)
            return null;
        return arguments.LogFolder is { } folder ? topology with { Log = topology.Log with { Folder = folder } } : topology;
    }

    private static async Task<int> RunAsync(
        NodeArguments arguments, ClusterTopology topology, Func<NodeContext, CancellationToken, Task<int>> run)
    {
        // Check this first: the process must not create a folder in a data folder that does not fit.
        DataFolder.Check(topology);
        var readable = FolderRights.Correct(topology, arguments.Id);
        var folder = topology.FolderOf(arguments.Id);
        using var held = PidFile.TryHold(folder, arguments.Id.ToString());
        if (held is null)
        {
            Fail(PidFile.WhyNotHeld(folder, arguments.Id.ToString()));
            return ExitCodes.AlreadyRunning;
        }

        var opened = await DataFolder.OpenAsync(topology).ConfigureAwait(false);
        FolderOwner.Claim(topology, arguments.Id, opened.Instance);
        Directory.CreateDirectory(topology.Log.Folder);
        using var log = NodeLogging.Open(topology.LogFileOf(arguments.Id), topology.Log, arguments.LogLevel,
            arguments.Supervised ? LogLevel.Warning : LogLevel.Information);
        using var lifetime = new NodeLifetime(arguments, log);
        var certificates = NodeCertificates.Open(
            topology, topology.Find(arguments.Id)!, TimeProvider.System, log.Factory.CreateLogger<NodeCertificates>());
        var context = new NodeContext(topology, arguments, log.Factory, opened.Keys, opened.Orders, opened.Instance)
        {
            Certificates = certificates,
        };
        var logger = log.Factory.CreateLogger("Dams.Hosting.NodeProgram");
        if (opened.Notice is { } notice)
            HostingLog.FolderNotice(logger, notice);
        foreach (var line in readable)
            HostingLog.FolderNotice(logger, line);
        HostingLog.Starting(logger, arguments.Id.ToString(), topology.Cluster, Release, Environment.ProcessId,
            context.Node.Listen.ToString(), folder);
        if (topology.Durability == Durability.Memory)
            HostingLog.MemoryOnly(logger);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(lifetime.Stopping);
        var watching = certificates.RunAsync(end.Token);
        var exitCode = await RunGuardedAsync(context, run, logger, lifetime.Stopping).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        HostingLog.Stopped(logger, exitCode);
        return exitCode;
    }

    private static async Task<int> RunGuardedAsync(
        NodeContext context, Func<NodeContext, CancellationToken, Task<int>> run, ILogger logger, CancellationToken stopping)
    {
        try
        {
            return await run(context, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCodes.Stopped;
        }
        catch (Exception problem) when (PortConflict.IsCauseOf(problem))
        {
            // The conflict may be over by now, or may concern a port that is not the process's own. Then only the exception is logged.
            var conflicts = PortConflict.Find(context.Topology, context.Id, context.Lab);
            foreach (var conflict in conflicts)
                HostingLog.PortConflict(logger, conflict.ToString());
            if (conflicts.Count == 0)
                HostingLog.BindFailed(logger, problem);
            return ExitCodes.PortInUse;
        }
        catch (LogInUseException problem)
        {
            HostingLog.StorageRefuses(logger, LockHolders.TextOf(problem.LockFile) is { } holders
                ? $"{problem.Message} It is {holders}."
                : problem.Message);
            return ExitCodes.AlreadyRunning;
        }
        catch (Exception problem) when (problem is not LogException && DiskRoom.IsCauseOf(problem))
        {
            HostingLog.StorageRefuses(logger, NoRoom(context.Id, context.Topology, problem));
            return ExitCodes.Storage;
        }
        catch (Exception problem) when (problem is LogException or IOException or UnauthorizedAccessException)
        {
            // An operator needs the cause and no stack trace; a programmer finds the trace in the log file.
            HostingLog.StorageRefuses(logger, StorageProblem.TextOf(problem));
            HostingLog.StorageRefusesWhere(logger, problem);
            return ExitCodes.Storage;
        }
        catch (OutOfMemoryException problem)
        {
            HostingLog.OutOfMemory(logger, problem.Message);
            return ExitCodes.Internal;
        }
#pragma warning disable CA1031 // The last resort of a process: the exception is logged, and the process ends.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            HostingLog.Unhandled(logger, problem);
            return ExitCodes.Internal;
        }
    }

    private static string NoRoom(NodeId id, ClusterTopology? topology, Exception problem)
    {
        var folder = topology?.FolderOf(id) ?? ".";
        return $"{id} has too little room on the disk of {folder}: "
            + $"it needs about {DiskRoom.Text(NeededBytesOf(id.Role))} there, and {DiskRoom.FreeAt(folder)}. "
            + $"Make room, or configure another folder. ({problem.Message})";
    }

    /// <summary>Room for the first segment of the durable log with its marks, if the role has one, and for the log for people.</summary>
    private static long NeededBytesOf(NodeRole role) => (role is NodeRole.Replica or NodeRole.Manager ? 10L : 1L) * 1024 * 1024;

    private static int Fail(string problem)
    {
        Console.Error.WriteLine(problem);
        return ExitCodes.Configuration;
    }
}
