using System.Runtime.Versioning;
using Dams.Cli.Cluster;
using Dams.Cli.Status;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Status;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;
using Dams.Tests.Processes.Programs;

namespace Dams.Tests.Processes;

/// <summary>
/// A cluster of several hosts, each with a data folder and a <c>dams up --host</c> of its own. The hosts are loopback addresses of this
/// machine. Disposing the cluster ends all its processes.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class TestHosts : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, TestProcess> _ups = new(StringComparer.Ordinal);
    private readonly List<TestProcess> _all = [];
    private readonly HashSet<ProcessIdentity> _seen = [];

    /// <summary>Makes the hosts' folders, with the same configuration and key in each.</summary>
    /// <param name="json">The configuration, without a cluster's name.</param>
    public TestHosts(string json)
    {
        var keys = KeyRing.Generate();
        Names = [.. TopologyReader.Read(json, _folder.Path).Topology!.Hosts.Keys];
        foreach (var host in Names)
        {
            Directory.CreateDirectory(_folder.File(host));
            File.WriteAllText(ConfigOf(host), json);
            KeyFile.Create(_folder.File(host, "cluster.key"), keys);
        }
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The configuration as a host has it: its folders are those of that host.</summary>
    public ClusterTopology On(string host) => TopologyReader.ReadFile(ConfigOf(host)).Topology!;

    public string ConfigOf(string host) => _folder.File(host, "dams.json");

    /// <summary>The text of a process's log.</summary>
    public string LogOf(string host, string id)
    {
        var path = _folder.File(host, "logs", id + ".log");
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    /// <summary>Starts the processes of a host, and does not wait for them.</summary>
    public TestProcess Up(string host, params IEnumerable<string> more)
    {
        var up = TestProcess.StartDams(["up", "--config", ConfigOf(host), "--host", host, .. more]);
        _ups[host] = up;
        _all.Add(up);
        return up;
    }

    /// <summary>Waits until a host's <c>dams up</c> says that it is ready.</summary>
    public async Task IsReadyAsync(string host)
    {
        await Eventually.IsTrueAsync(() => _ups[host].HasExited || _ups[host].OutputLines.Contains(ReadyLine.Of(On(host), host)), host);
        Assert.That(_ups[host].HasExited, Is.False, _ups[host].Errors);
        Note();
    }

    /// <summary>Kills all processes of a host in one step, <c>dams up</c> among them.</summary>
    public async Task KillAsync(string host)
    {
        Note();
        var victims = PidFile.FindRunning(On(host)).Select(found => found.Process).Append(_ups[host].Identity).ToList();
        // While dams up is stopped, it starts nothing again.
        foreach (var victim in victims.AsEnumerable().Reverse())
            ProcessSignal.Kill(victim);
        await _ups[host].ExitAsync();
        await Eventually.IsTrueAsync(() => victims.All(victim => !victim.IsAlive), $"the processes of {host} are gone");
    }

    /// <summary>Waits until the status at a host's front end is as wanted.</summary>
    public async Task<ClusterStatus> StatusAsync(string host, Predicate<ClusterStatus> isWanted)
    {
        var (topology, frontEnd) = (On(host), ReadyLine.FrontEndOn(On(host), host)!);
        using var reader = new StatusReader(topology.UriOf(frontEnd), FrontEndTrust.Of(topology, frontEnd));
        ClusterStatus? last = null;
        await Eventually.IsTrueAsync(() =>
        {
            last = reader.ReadAsync(CancellationToken.None).GetAwaiter().GetResult().Status;
            return last is not null && isWanted(last);
        }, $"the status at {host}");
        return last!;
    }

    /// <summary>Writes what each <c>dams up</c> has said, and the ends of the logs.</summary>
    public void WriteLogs(TextWriter writer)
    {
        foreach (var up in _all)
            writer.WriteLine($"== dams up, process {up.Id}\n{up.Output}\n{up.Errors}");
        var folders = Names.Select(host => _folder.File(host, "logs")).Where(Directory.Exists);
        foreach (var file in folders.SelectMany(folder => Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal)))
        {
            writer.WriteLine($"== {file}");
            foreach (var line in File.ReadLines(file).TakeLast(30))
                writer.WriteLine(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            Note();
            foreach (var up in _all.Where(up => !up.HasExited))
                up.Terminate();
            foreach (var up in _all)
                await up.ExitAsync();
        }
        finally
        {
            await ProcessSignal.StopAllAsync(_seen, TimeSpan.Zero, TimeProvider.System);
            foreach (var up in _all)
                up.Dispose();
            _folder.Dispose();
        }
    }

    private void Note() => _seen.UnionWith(Names.SelectMany(host => PidFile.FindRunning(On(host))).Select(found => found.Process));
}
