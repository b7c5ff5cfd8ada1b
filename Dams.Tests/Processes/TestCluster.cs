using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.ServiceModel;
using Dams.Cli.Cluster;
using Dams.Cli.Status;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Tests.Cli;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;

namespace Dams.Tests.Processes;

/// <summary>
/// A whole cluster of real processes on a loopback address and in a folder of its own: by <c>dams up</c>, or process by process. Whatever it
/// has started is gone when it is disposed.
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
        // To see the same with any version four times.
        versions ??= Environment.GetEnvironmentVariable("DAMS_VERSIONS")?.Split(',');
        Topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path, versions: versions) with { Strict = isStrict };
        _reader = new StatusReader(Service);
        Managers = new AgreedByManagers(Topology);
    }

    /// <summary>Where everything is.</summary>
    public ClusterTopology Topology { get; }

    /// <summary>What its managers have agreed on.</summary>
    public AgreedByManagers Managers { get; }

    /// <summary>The front end's SOAP endpoint.</summary>
    public Uri Service => new(Topology.FrontEnds[0].Listen.ToHttpUri(), SoapEndpoints.AppointmentPath);

    public Uri Wsdl => new(Service + "?wsdl");

    /// <summary>The folder of all its processes.</summary>
    public TestFolder Folder => _folder;

    /// <summary>A file in the cluster's folder.</summary>
    public string File(params string[] names) => _folder.File(names);

    /// <summary>Variables of the environment for what <see cref="UpAgainAsync"/> starts.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>How long a start by <see cref="UpAgainAsync"/> may take.</summary>
    public TimeSpan StartPatience { get; set; } = StartLimit;

    /// <summary>Where a process keeps its files.</summary>
    public string FolderOf(string id) => NodeId.TryParse(id, out var node) ? Topology.FolderOf(node) : throw new ArgumentException($"{id} is no process", nameof(id));

    /// <summary>A cluster of which nothing runs yet.</summary>
    public static TestCluster Unstarted() => new(null);

    /// <summary>Starts a cluster with <c>dams up</c> and waits for its line.</summary>
    /// <param name="versions">What the replicas run.</param>
    /// <param name="isLab">Whether faults may be injected.</param>
    /// <param name="prepare">Done to its folder before it starts.</param>
    public static async Task<TestCluster> UpAsync(
        IReadOnlyList<string>? versions = null, bool isLab = false, Action<TestCluster>? prepare = null)
    {
        var cluster = new TestCluster(versions);
        try
        {
            prepare?.Invoke(cluster);
            await cluster.UpAgainAsync(["--versions", string.Join(',', cluster.Topology.Replicas.Select(replica => replica.Versions[0])), .. isLab ? (string[])["--lab"] : []]);
            return cluster;
        }
        catch
        {
            cluster.WriteLogs(TestContext.Out);
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the processes one by one, and waits until a read has been answered by all replicas.</summary>
    /// <param name="replicas">Starts replicas that no manager starts: those of the managers that are left out.</param>
    /// <param name="isStrict">Whether writes wait for a third equal reply.</param>
    /// <param name="leftOut">What isn't started.</param>
    public static async Task<TestCluster> ApartAsync(Func<TestCluster, IEnumerable<TestProcess>>? replicas = null, bool isStrict = false, params string[] leftOut)
    {
        var cluster = new TestCluster(null, isStrict);
        try
        {
            foreach (var node in cluster.Topology.Nodes)
                System.IO.File.WriteAllText(cluster.ConfigOf(node.Id.ToString()), cluster.Topology.Write());
            cluster._roots.AddRange(replicas?.Invoke(cluster) ?? []);
            foreach (var node in cluster.Topology.Nodes.Where(node => node.Id.Role != NodeRole.Replica && !leftOut.Contains(node.Id.ToString())))
                cluster._roots.Add(TestProcess.Start(node.Id.Role, cluster.ArgumentsOf(node.Id.ToString())));
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

    /// <summary>The arguments of a process that is started apart.</summary>
    public IReadOnlyList<string> ArgumentsOf(string id) => ["--id", id, "--config", ConfigOf(id), "--supervised", "--exit-with-parent"];

    /// <summary>Takes over a process that a test has started after the others.</summary>
    public void Add(TestProcess process) => _roots.Add(process);

    /// <summary>Starts <c>dams up</c> on the same folder, again if it ran before, and waits for its line.</summary>
    public async Task UpAgainAsync(params IEnumerable<string> more)
    {
        var up = TestProcess.StartDams(Variables, ["up", "--data", _folder.Path, "--address", _folder.Address.ToString(), .. more]);
        _roots.Add(up);
        var began = Stopwatch.GetTimestamp();
        while (!up.OutputLines.Any(line => line == $"ready {Wsdl}"))
        {
            if (up.HasExited || Stopwatch.GetElapsedTime(began) > StartPatience)
                throw new TimeoutException($"dams up {(up.HasExited ? "has ended" : $"was not ready after {StartPatience.TotalSeconds} s")}; it said: {up.Output}\n{up.Errors}");
            await Task.Delay(StatusPoll);
        }

        Note();
    }

    /// <summary>A client of .NET.</summary>
    public IAppointmentService Client(string soapVersion = "1.1")
    {
        var factory = new ChannelFactory<IAppointmentService>(ServiceModelClientTests.BindingOf(soapVersion), new EndpointAddress(Service));
        lock (_factories)
            _factories.Add(factory);
        return factory.CreateChannel();
    }

    /// <summary>Removes every slot, so that the next test finds the service as if it were fresh.</summary>
    public async Task EmptyAsync()
    {
        var client = Client();
        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            foreach (var slot in (await client.ListAppointmentAvailabilityAsync("MTLA0001", type)).Slots!)
                await client.RemoveAppointmentAsync(slot.AppointmentId[..3] + "A0001", slot.AppointmentId, type);
        }
    }

    /// <summary>The process that has this id now.</summary>
    public ProcessIdentity ProcessOf(string id) => Find(id) ?? throw new InvalidOperationException($"{id} does not run");

    /// <summary>The process that has this id now; null if there is none.</summary>
    public ProcessIdentity? Find(string id) => NodeId.TryParse(id, out var node) ? PidFile.FindRunning(Topology.FolderOf(node), id) : null;

    /// <summary>All processes of the cluster that run, without <c>dams up</c>.</summary>
    public IReadOnlyDictionary<string, ProcessIdentity> Running()
    {
        Note();
        return PidFile.FindRunning(Topology).ToDictionary(found => found.Id.ToString(), found => found.Process);
    }

    /// <summary>kill -9, of all of them in one step.</summary>
    /// <returns>Those that were killed.</returns>
    public IReadOnlyList<ProcessIdentity> Kill(params IEnumerable<string> ids)
    {
        var victims = ids.Select(ProcessOf).ToList();
        _seen.UnionWith(victims);
        Signal("KILL", victims);
        return victims;
    }

    /// <summary>kill -9 of everything at once, <c>dams up</c> too.</summary>
    public async Task KillAllAsync()
    {
        Note();
        var victims = _roots.Where(root => !root.HasExited).Select(root => root.Identity).Concat(Running().Values).Distinct().ToList();
        Signal("KILL", victims);
        foreach (var root in _roots)
            await root.ExitAsync();
        await Eventually.IsTrueAsync(() => victims.All(victim => !victim.IsAlive));
    }

    /// <summary>SIGSTOP: it stays, and does nothing.</summary>
    public void Pause(params IEnumerable<string> ids)
    {
        var processes = ids.Select(ProcessOf).ToList();
        _paused.UnionWith(processes);
        Signal("STOP", processes);
    }

    /// <summary>SIGCONT to all that were paused.</summary>
    public void Resume()
    {
        Signal("CONT", [.. _paused.Where(process => process.IsAlive)]);
        _paused.Clear();
    }

    /// <summary>Has the fault lab do something, by the tool.</summary>
    /// <returns>What the tool said.</returns>
    public async Task<string> FaultAsync(string fault)
    {
        var run = await CliRun.OfAsync(["fault", .. fault.Split(' '), "--url", Service.ToString()]);
        return run.ExitCode == 0 ? run.Output : throw new InvalidOperationException($"dams fault {fault} has ended with {run.ExitCode}: {run.Errors}");
    }

    /// <summary>Ends all faults, and asks again while a replica that is just being stopped or replaced has not said that it has heard.</summary>
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
            catch (InvalidOperationException problem) when (problem.Message.Contains("heal again", StringComparison.Ordinal) && Stopwatch.GetElapsedTime(began) < Eventually.Limit)
            {
                await Task.Delay(StatusPoll);
            }
        }
    }

    /// <summary>What the front end says; fails if it says nothing.</summary>
    public async Task<StatusDocument> StatusAsync()
    {
        var (_, status, problem) = await _reader.ReadAsync(CancellationToken.None);
        return status ?? throw new InvalidOperationException(problem);
    }

    /// <summary>Waits until the front end's status is as wanted.</summary>
    public async Task<StatusDocument> StatusAsync(Predicate<StatusDocument> isWanted, TimeSpan? limit = null, [CallerArgumentExpression(nameof(isWanted))] string what = "")
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

    /// <summary>Waits until all replicas vote and have executed the same with the same result.</summary>
    /// <param name="limit">How long.</param>
    /// <param name="isDegradedToo">Whether a slot may have been replaced so often that managers leave its next fault to a person; it votes all the same.</param>
    public Task<StatusDocument> IsWholeAsync(TimeSpan? limit = null, bool isDegradedToo = false) => StatusAsync(status => AreAllEqual(status, isDegradedToo), limit);

    /// <summary>Whether the front end says that two equal replies can be had.</summary>
    public Task<bool> IsHealthyAsync() => _reader.IsHealthyAsync(CancellationToken.None);

    /// <summary>What the processes have logged last, and what <c>dams up</c> said.</summary>
    public void WriteLogs(TextWriter writer)
    {
        foreach (var root in _roots)
            writer.WriteLine($"== standard error of process {root.Id}\n{root.Errors}");
        if (!Directory.Exists(Topology.Log.Folder))
            return;
        foreach (var file in Directory.GetFiles(Topology.Log.Folder, "*.log").Order(StringComparer.Ordinal))
        {
            writer.WriteLine($"== {Path.GetFileName(file)}");
            // Answered calls are in the clients' history.
            foreach (var line in System.IO.File.ReadLines(file).Where(line => !line.Contains(AnsweredCall, StringComparison.Ordinal)).TakeLast(LogLinesShown))
                writer.WriteLine(line);
        }
    }

    /// <summary>Stops everything in order.</summary>
    /// <returns>What is left behind all the same; it is ended then.</returns>
    public async Task<IReadOnlyList<ProcessIdentity>> StopAsync()
    {
        Note();
        Resume();
        // Clients first, as dams up does it.
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

    private static bool AreAllEqual(StatusDocument status, bool isDegradedToo) =>
        status.Replicas.All(replica => replica.State == "active" || (isDegradedToo && replica.State == "degraded")) && AreEqual(status.Replicas);

    /// <summary>Whether they have executed the same, and have the same state just after it.</summary>
    public static bool AreEqual(IEnumerable<ReplicaStatus> replicas) =>
        replicas.All(replica => replica.DigestAt == replica.Executed) && replicas.Select(replica => (replica.Executed, replica.Digest)).Distinct().Count() == 1;

    private static void Signal(string name, List<ProcessIdentity> processes)
    {
        if (processes.Count == 0)
            return;
        using var kill = Process.Start("kill", [$"-{name}", .. processes.Select(process => process.ProcessId.ToString(CultureInfo.InvariantCulture))]);
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
            // A replica that lies votes, too, but never all replies are equal then: an answer has to do.
            if (seen is { IsReadAnswered: true } && seen.VotingReplicas == seen.AllReplicas)
                return;
            if (Stopwatch.GetElapsedTime(began) > StartLimit)
                throw new TimeoutException($"the cluster was not ready after {StartLimit.TotalSeconds} s: {seen}");
            await Task.Delay(StatusPoll);
        }
    }
}
