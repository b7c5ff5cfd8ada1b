using System.Diagnostics;
using System.Net;
using System.Text;
using Dams.Cli.Cluster;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;

namespace Dams.Cli.Demo;

/// <summary>
/// Runs <c>dams up --lab</c> as a child with a folder of its own. The output of the child and its processes is kept out of the story.
/// The story is about failures, and the warnings about them are in the logs. If this process dies, the child's standard input ends, and
/// the child stops.
/// </summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(30);

    private readonly Process _up;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private DemoCluster(string folder, IPAddress address)
    {
        Folder = folder;
        Topology = new UpOptions { DataFolder = folder, Address = address }.ReadTopology().Topology!;
        var start = ProgramLocator.Find("dams", AppContext.BaseDirectory)
            .ToStartInfo(["up", "--lab", "--data", folder, "--address", address.ToString()], parentWatch: true);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _up = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
        _reading = Task.WhenAll(ReadAsync(_up.StandardOutput), ReadAsync(_up.StandardError));
    }

    /// <summary>The cluster's data folder.</summary>
    public string Folder { get; }

    /// <summary>The processes of the cluster and their addresses.</summary>
    public ClusterTopology Topology { get; }

    /// <summary>The output of the child and its processes so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Starts the cluster on an empty folder.</summary>
    public static DemoCluster Start(string folder, IPAddress address) => new(folder, address);

    /// <summary>Waits until the cluster is ready.</summary>
    /// <returns>False if the child has ended instead.</returns>
    public async Task<bool> IsReadyAsync(CancellationToken stop) =>
        await Task.WhenAny(_ready.Task, _up.WaitForExitAsync(stop)).WaitAsync(stop) == _ready.Task;

    /// <summary>Stops the cluster in order, and kills the child if that takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        _up.StandardInput.Close();
        using var patience = new CancellationTokenSource(s_stopPatience);
        try
        {
            await _up.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The child's processes watch the child as the child watches this process.
            _up.Kill();
        }

        await _reading;
        _up.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_said)
                _said.AppendLine(line);
            if (line == ReadyLine.Of(Topology))
                _ready.TrySetResult();
        }
    }
}
