using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.ServiceModel;
using Dams.Cli.Cluster;
using Dams.Cli.Status;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Processes;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;
using Dams.Tests.Soap;

namespace Dams.Tests.Processes;

/// <summary>
/// A whole cluster of real processes, on its own loopback address and in its own folder. <c>dams up</c> starts it, or the test starts it
/// process by process. Disposing the cluster ends all its processes.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const int LogLinesShown = 60;
    private const string AnsweredCall = " INFO  4000 ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StatusPoll = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder _folder = new();
    private readonly List<TestProcess> _roots = [];
    private readonly HashSet<ProcessIdentity> _seen = [];
    private readonly HashSet<ProcessIdentity> _paused = [];
    private readonly StatusReader _reader;
    private readonly List<ChannelFactory<IAppointmentService>> _factories = [];

    private TestCluster(IReadOnlyList<string>? versions, bool isStrict = false)
    {
        // DAMS_VERSIONS runs the same tests with other versions, for example with one version four times.
        versions ??= Environment.GetEnvironmentVariable("DAMS_VERSIONS")?.Split(',');
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path, versions: versions);
        Topology = topology with { Strict = isStrict };
        _reader = new StatusReader(Service);
        Managers = new AgreedByManagers(Topology);
    }

    /// <summary>The configuration: all processes with their addresses and folders.</summary>
    public ClusterTopology Topology { get; }

    public AgreedByManagers Managers { get; }

    /// <summary>The front end's SOAP endpoint.</summary>
    public Uri Service => new(Topology.FrontEnds[0].Listen.ToHttpUri(), SoapPaths.Appointments);

    public Uri Wsdl => new(Service + "?wsdl");

    /// <summary>The data folder, which contains the folders of all processes.</summary>
    public TestFolder Folder => _folder;

    /// <summary>The path of a file in the cluster's folder.</summary>
    public string File(params string[] names) => _folder.File(names);

    /// <summary>Environment variables for the processes that <see cref="UpAgainAsync"/> starts.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>How long a start by <see cref="UpAgainAsync"/> may take.</summary>
    public TimeSpan StartPatience { get; set; } = StartLimit;

    /// <summary>The folder in which a process keeps its files.</summary>
    public string FolderOf(string id) => NodeId.TryParse(id, out var node)
        ? Topology.FolderOf(node)
        : throw new ArgumentException($"{id} is no id of a process", nameof(id));

    /// <summary>A cluster that is not running yet.</summary>
    public static TestCluster Unstarted() => new(null);

    /// <summary>Starts a cluster with <c>dams up</c> and waits for its line <c>ready</c>.</summary>
    /// <param name="versions">The versions that the replicas run; null for the default.</param>
    /// <param name="isLab">Whether faults may be injected.</param>
    /// <param name="prepare">Prepares the cluster's folder before the start.</param>
    public static async Task<TestCluster> UpAsync(
        IReadOnlyList<string>? versions = null, bool isLab = false, Action<TestCluster>? prepare = null)
    {
        var cluster = new TestCluster(versions);
        try
        {
            prepare?.Invoke(cluster);
            var names = string.Join(',', cluster.Topology.Replicas.Select(replica => replica.Versions[0]));
            await cluster.UpAgainAsync(["--versions", names, .. isLab ? (string[])["--lab"] : []]);
            return cluster;
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the processes one by one, and waits until the cluster is ready: all replicas vote and a read is answered.</summary>
    /// <param name="replicas">Starts the replicas that no manager starts, because their managers are left out.</param>
    /// <param name="isStrict">Whether writes wait for a third equal reply.</param>
    /// <param name="leftOut">The ids of the processes that are not started.</param>
    public static async Task<TestCluster> ApartAsync(
        Func<TestCluster, IEnumerable<TestProcess>>? replicas = null, bool isStrict = false, params string[] leftOut)
    {
        var cluster = new TestCluster(null, isStrict);
        try
        {
            foreach (var node in cluster.Topology.Nodes)
                System.IO.File.WriteAllText(cluster.ConfigOf(node.Id.ToString()), cluster.Topology.Write());
            cluster._roots.AddRange(replicas?.Invoke(cluster) ?? []);
            var ids = cluster.Topology.Nodes.Select(node => node.Id);
            foreach (var id in ids.Where(id => id.Role != NodeRole.Replica && !leftOut.Contains(id.ToString())))
                cluster._roots.Add(TestProcess.Start(id.Role, cluster.ArgumentsOf(id.ToString())));
            await cluster.AnswersAsync();
            cluster.Note();
            return cluster;
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The arguments of a process that the test starts itself, without <c>dams up</c>.</summary>
    public IReadOnlyList<string> ArgumentsOf(string id) => ["--id", id, "--config", ConfigOf(id), "--supervised", "--exit-with-parent"];

    /// <summary>Adds a process that the test has started, so that the cluster ends it.</summary>
    public void Add(TestProcess process) => _roots.Add(process);

    /// <summary>Starts or restarts <c>dams up</c> on the cluster's folder and waits for its line <c>ready</c>.</summary>
    public async Task UpAgainAsync(params IEnumerable<string> more)
    {
        var up = TestProcess.StartDams(Variables, ["up", "--data", _folder.Path, "--address", _folder.Address.ToString(), .. more]);
        _roots.Add(up);
        var began = Stopwatch.GetTimestamp();
        while (!up.OutputLines.Any(line => line == $"ready {Wsdl}"))
        {
            if (up.HasExited || Stopwatch.GetElapsedTime(began) > StartPatience)
            {
                var problem = up.HasExited ? "has ended" : $"was not ready after {StartPatience.TotalSeconds} s";
                throw new TimeoutException($"dams up {problem}; it said: {up.Output}\n{up.Errors}");
            }

            await Task.Delay(StatusPoll);
        }

        Note();
    }

    /// <summary>Opens a .NET client of the service.</summary>
    public IAppointmentService Client(string soapVersion = "1.1")
    {
        var factory = new ChannelFactory<IAppointmentService>(ServiceModelClientTests.BindingOf(soapVersion), new EndpointAddress(Service));
        lock (_factories)
            _factories.Add(factory);
        return factory.CreateChannel();
    }

    /// <summary>Removes every slot, so that a test finds the service without slots and bookings.</summary>
    public async Task EmptyAsync()
    {
        var client = Client();
        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            foreach (var slot in (await client.ListAppointmentAvailabilityAsync("MTLA0001", type)).Slots!)
                await client.RemoveAppointmentAsync(slot.AppointmentId[..3] + "A0001", slot.AppointmentId, type);
        }
    }

    /// <summary>The running process with this id; fails if there is none.</summary>
    public ProcessIdentity ProcessOf(string id) => Find(id) ?? throw new InvalidOperationException($"{id} does not run");

    /// <summary>The running process with this id; null if there is none.</summary>
    public ProcessIdentity? Find(string id) => NodeId.TryParse(id, out var node) ? PidFile.FindRunning(Topology.FolderOf(node), id) : null;

    /// <summary>All running processes of the cluster, except <c>dams up</c>.</summary>
    public IReadOnlyDictionary<string, ProcessIdentity> Running()
    {
        Note();
        return PidFile.FindRunning(Topology).ToDictionary(found => found.Id.ToString(), found => found.Process);
    }

    /// <summary>Ends processes with kill -9, all in one step.</summary>
    /// <returns>The killed processes.</returns>
    public IReadOnlyList<ProcessIdentity> Kill(params IEnumerable<string> ids)
    {
        var victims = ids.Select(ProcessOf).ToList();
        _seen.UnionWith(victims);
        Signal("KILL", victims);
        return victims;
    }

    /// <summary>Ends all processes at once with kill -9, including <c>dams up</c>.</summary>
    public async Task KillAllAsync()
    {
        Note();
        var victims = _roots.Where(root => !root.HasExited).Select(root => root.Identity).Concat(Running().Values).Distinct().ToList();
        Signal("KILL", victims);
        foreach (var root in _roots)
            await root.ExitAsync();
        await Eventually.IsTrueAsync(() => victims.All(victim => !victim.IsAlive));
    }

    /// <summary>Sends SIGSTOP: the processes stay, but hang.</summary>
    public void Pause(params IEnumerable<string> ids)
    {
        var processes = ids.Select(ProcessOf).ToList();
        _paused.UnionWith(processes);
        Signal("STOP", processes);
    }

    /// <summary>Sends SIGCONT to all processes that were paused.</summary>
    public void Resume()
    {
        Signal("CONT", [.. _paused.Where(process => process.IsAlive)]);
        _paused.Clear();
    }

    /// <summary>Runs <c>dams fault</c> with these arguments.</summary>
    /// <returns>The tool's output.</returns>
    public async Task<string> FaultAsync(string fault)
    {
        var run = await CliRun.OfAsync(["fault", .. fault.Split(' '), "--url", Service.ToString()]);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException($"dams fault {fault} has ended with {run.ExitCode}: {run.Errors}");
    }

    /// <summary>
    /// Ends all faults. A replica that is just being stopped or replaced may not confirm, so this retries until all replicas have.
    /// </summary>
    public async Task HealAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await FaultAsync("heal");
                return;
            }
            catch (InvalidOperationException problem) when (problem.Message.Contains("heal again", StringComparison.Ordinal)
                && Stopwatch.GetElapsedTime(began) < Eventually.Limit)
            {
                await Task.Delay(StatusPoll);
            }
        }
    }

    /// <summary>The front end's status; fails if the front end gives none.</summary>
    public async Task<ClusterStatus> StatusAsync()
    {
        var (_, status, problem) = await _reader.ReadAsync(CancellationToken.None);
        return status ?? throw new InvalidOperationException(problem);
    }

    /// <summary>Waits until the front end's status is as wanted.</summary>
    public async Task<ClusterStatus> StatusAsync(
        Predicate<ClusterStatus> isWanted, TimeSpan? limit = null, [CallerArgumentExpression(nameof(isWanted))] string what = "")
    {
        var within = limit ?? Eventually.Limit;
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var (text, status, problem) = await _reader.ReadAsync(CancellationToken.None);
            if (status is not null && isWanted(status))
                return status;
            if (Stopwatch.GetElapsedTime(began) > within)
                throw new TimeoutException($"not within {within.TotalSeconds} s: {what}; the last status: {text ?? problem}");
            await Task.Delay(StatusPoll);
        }
    }

    /// <summary>Waits until all replicas vote, have executed the same entries, and have the same state.</summary>
    /// <param name="limit">The longest time to wait; null for the usual limit.</param>
    /// <param name="isDegradedToo">
    /// Whether a seat may be degraded: it was replaced so often that the managers leave its next fault to the operator. Its replica votes
    /// all the same.
    /// </param>
    public Task<ClusterStatus> IsWholeAsync(TimeSpan? limit = null, bool isDegradedToo = false) =>
        StatusAsync(status => AreAllEqual(status, isDegradedToo), limit);

    /// <summary>Whether the front end's health check passes.</summary>
    public Task<bool> IsHealthyAsync() => _reader.IsHealthyAsync(CancellationToken.None);

    /// <summary>Writes the last lines of each process's log, and the standard error of the processes that the test started.</summary>
    public void WriteLogs(TextWriter writer)
    {
        foreach (var root in _roots)
            writer.WriteLine($"== standard error of process {root.Id}\n{root.Errors}");
        if (!Directory.Exists(Topology.Log.Folder))
            return;
        foreach (var file in Directory.GetFiles(Topology.Log.Folder, "*.log").Order(StringComparer.Ordinal))
        {
            writer.WriteLine($"== {Path.GetFileName(file)}");
            // Lines about answered calls are left out, because the clients' history has them.
            var lines = System.IO.File.ReadLines(file).Where(line => !line.Contains(AnsweredCall, StringComparison.Ordinal));
            foreach (var line in lines.TakeLast(LogLinesShown))
                writer.WriteLine(line);
        }
    }

    /// <summary>Stops all processes in order, then kills any that are left behind.</summary>
    /// <returns>The processes that were left behind.</returns>
    public async Task<IReadOnlyList<ProcessIdentity>> StopAsync()
    {
        Note();
        Resume();
        // Processes that started later stop first, so managers stop before sequencers, as with dams up.
        foreach (var root in Enumerable.Reverse(_roots).Where(root => !root.HasExited))
            root.Terminate();
        foreach (var root in _roots)
            await root.ExitAsync();
        return await ProcessSignal.StopAllAsync(_seen, TimeSpan.Zero, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            foreach (var root in _roots)
                root.Dispose();
            await ProcessSignal.StopAllAsync(_seen, TimeSpan.Zero, TimeProvider.System);
            foreach (var factory in _factories)
                factory.Abort();
            _reader.Dispose();
            Managers.Dispose();
            _folder.Dispose();
        }
    }

    private static bool AreAllEqual(ClusterStatus status, bool isDegradedToo) =>
        status.Replicas.All(replica => replica.State == "active" || (isDegradedToo && replica.State == "degraded"))
        && AreEqual(status.Replicas);

    /// <summary>Whether the replicas have executed the same entries and have the same state after the last one.</summary>
    public static bool AreEqual(IEnumerable<ReplicaStatus> replicas) =>
        replicas.All(replica => replica.DigestAt == replica.Executed)
        && replicas.Select(replica => (replica.Executed, replica.Digest)).Distinct().Count() == 1;

    private static void Signal(string name, List<ProcessIdentity> processes)
    {
        if (processes.Count == 0)
            return;
        var ids = processes.Select(process => process.ProcessId.ToString(CultureInfo.InvariantCulture));
        using var kill = Process.Start("kill", [$"-{name}", .. ids]);
        kill.WaitForExit();
    }

    private string ConfigOf(string id) => _folder.File($"dams-{id}.json");

    private void Note() => _seen.UnionWith(PidFile.FindRunning(Topology).Select(found => found.Process));

    private async Task AnswersAsync()
    {
        using var probe = new ReadinessProbe(Topology);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await probe.LookAsync(isPatient: true, CancellationToken.None);
            if (Readiness.Judge(seen, Stopwatch.GetElapsedTime(began), StartLimit) == ReadinessVerdict.Ready)
                return;
            // A lying replica votes, too, so the replies may never all be equal. Then it is enough that a read is answered.
            if (seen is { IsReadAnswered: true } && seen.VotingReplicas == seen.AllReplicas)
                return;
            if (Stopwatch.GetElapsedTime(began) > StartLimit)
                throw new TimeoutException($"the cluster was not ready after {StartLimit.TotalSeconds} s: {seen}");
            await Task.Delay(StatusPoll);
        }
    }
}
