using System.Diagnostics;
using Dams.Cli.Status;
using Dams.Hosting;
using Dams.Hosting.Cluster;
using Dams.Hosting.Folders;
using Dams.Hosting.Logging;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Cli.Cluster;

/// <summary>Runs the processes of a cluster, or those of one host, as its children, until it is interrupted.</summary>
internal sealed class ClusterRunner(CliConsole console, Interrupt interrupt, UpOptions options)
{
    private static readonly TimeSpan ReadinessPoll = TimeSpan.FromMilliseconds(200);

    // Longer than the time that a process gives itself to stop in order.
    private static readonly SupervisionPolicy ChildPolicy = new() { StopGrace = TimeSpan.FromSeconds(12) };

    private readonly List<(NodeRole Role, SupervisedProcess Process, Task Running)> _children = [];

    public async Task<int> RunAsync()
    {
        var reading = options.ReadTopology();
        foreach (var problem in reading.Problems)
            console.Error.WriteLine(problem);
        if (reading.Topology is not { } topology)
            return CliExitCodes.Usage;
        var contradictions = options.ContradictionsOf(topology);
        foreach (var contradiction in contradictions)
            console.Error.WriteLine(contradiction);
        if (contradictions.Count > 0)
            return CliExitCodes.Usage;
        if (options.ProblemOfHost(topology) is { } noHost)
        {
            console.Error.WriteLine(noHost);
            return CliExitCodes.Usage;
        }

        IReadOnlyList<string> forbidden =
            [.. options.IsLab ? LabPorts.ProblemsOf(topology) : [], .. BeyondLoopback.ProblemsOf(topology, options.Config)];
        foreach (var problem in forbidden)
            console.Error.WriteLine(problem);
        if (forbidden.Count > 0)
            return CliExitCodes.Usage;
        if (reading.WrittenFor is { } other)
        {
            console.Error.WriteLine(
                $"{options.File} names {other} as its data folder, but is in a data folder itself: {topology.DataFolder} is used. "
                + "To use the other one, move the file out of the data folder.");
        }

        try
        {
            foreach (var line in FolderRights.Correct(topology))
                console.Error.WriteLine($"warning: {line}");
            using var held = PidFile.TryHold(topology.DataFolder, PidFile.ClusterHolder);
            if (held is null)
            {
                console.Error.WriteLine(PidFile.FindRunning(topology.DataFolder, PidFile.ClusterHolder) is { } up
                    ? $"a cluster already runs on {topology.DataFolder}, under process {up.ProcessId}: stop it, or choose another --data"
                    : PidFile.WhyNotHeld(topology.DataFolder, PidFile.ClusterHolder));
                return CliExitCodes.Usage;
            }

            return await RunAsync(topology);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or KeyRingException or DataFolderException)
        {
            console.Error.WriteLine(StorageProblem.TextOf(problem));
            return CliExitCodes.Usage;
        }
    }

    private async Task<int> RunAsync(ClusterTopology topology)
    {
        // This comes first: in a copy, the folders outside the data folder are the original's.
        if (DataFolder.Check(topology, options.IsFresh) is { } notice)
            console.Error.WriteLine(notice);
        FolderConfig.Check(topology, options.File);
        OldData.UndoUnfinished(topology);
        if (options.IsFresh && OldData.IsThere(topology) && await RefuseAsync(topology) is { } refused)
            return refused;
        if (await ClusterFolder.StopLeftoversAsync(topology) is > 0 and var count)
            console.Error.WriteLine($"ended {count} processes that an earlier run has left");
        var conflicts = PortConflict.FindAll(topology, options.Host, options.IsLab);
        foreach (var conflict in conflicts)
            console.Error.WriteLine(conflict);
        if (conflicts.Count > 0)
            return CliExitCodes.Usage;
        if (StartRoom.ProblemOf(topology, options.Host, options.IsFresh) is { } problem)
        {
            console.Error.WriteLine(problem);
            return CliExitCodes.Usage;
        }

        foreach (var line in options.IsFresh ? OldData.SetAside(topology) : [])
            console.Error.WriteLine(line);
        try
        {
            await DataFolder.OpenAsync(topology, options.IsFresh, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return interrupt.ExitCode;
        }

        var config = FolderConfig.Write(topology, options.File);
        Directory.CreateDirectory(topology.Log.Folder);
        using var log = NodeLogging.Open(Path.Combine(topology.Log.Folder, "up.log"), topology.Log, LogLevel.Information, LogLevel.Warning);
        try
        {
            Start(topology, config, log);
            console.ErrorTables.Write(ClusterTable.Of(topology, options.Host));
            return await WatchAsync(topology);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return interrupt.ExitCode;
        }
        finally
        {
            await StopAsync(topology);
        }
    }

    /// <summary>Asks the operator whether to set the old data aside.</summary>
    /// <returns>The exit code if the answer is no; null if it is yes.</returns>
    private async Task<int?> RefuseAsync(ClusterTopology topology)
    {
        if (options.IsSure)
            return null;
        if (!console.IsInteractive)
        {
            console.Error.WriteLine($"--fresh would set the data in {topology.DataFolder} aside: add --yes to confirm that.");
            return CliExitCodes.Usage;
        }

        console.Error.Write($"Set the bookings in {topology.DataFolder} aside, and begin without any? [y/N] ");
        try
        {
            // Reading can't be cancelled: after a signal it goes on until the process ends.
            var answer = await Task.Run(console.In.ReadLine).WaitAsync(interrupt.Token);
            if (answer?.Trim().ToUpperInvariant() is "Y" or "YES")
                return null;
        }
        catch (OperationCanceledException)
        {
            console.Error.WriteLine();
            return interrupt.ExitCode;
        }

        console.Error.WriteLine("Nothing was changed.");
        return CliExitCodes.OtherOutcome;
    }

    private void Start(ClusterTopology topology, string config, NodeLogging log)
    {
        var logger = log.Factory.CreateLogger("Dams.Cli.Up");
        foreach (var node in (IEnumerable<ClusterNode>)[.. topology.Sequencers, .. topology.Managers, .. topology.FrontEnds])
        {
            if (node.Host != options.Host)
                continue;
            var program = ProgramLocator.Find(node.Id.Role);
            string[] arguments =
                ["--config", config, "--id", node.Id.ToString(), "--supervised", .. options.IsLab ? (string[])["--lab"] : []];
            var child = new SupervisedProcess(
                node.Id.ToString(), () => program.ToStartInfo(arguments, parentWatch: true), ChildPolicy, logger, TimeProvider.System);
            child.Want();
            _children.Add((node.Id.Role, child, child.RunAsync()));
        }
    }

    /// <summary>Waits until clients can be answered.</summary>
    /// <returns>The exit code if the cluster can't run; else null.</returns>
    private async Task<int?> WaitForAllAsync(ClusterTopology topology)
    {
        using var probe = new ReadinessProbe(topology);
        var clock = new StartClock();
        var looked = Stopwatch.GetTimestamp();
        while (true)
        {
            clock.Advance(Stopwatch.GetElapsedTime(looked), ProcessorPressure.Read());
            looked = Stopwatch.GetTimestamp();
            if (IsHopeless(topology))
                return CliExitCodes.Usage;
            var seen = await probe.LookAsync(clock.Counted < options.ReadyWithin, interrupt.Token);
            var verdict = Readiness.Judge(seen, clock.Counted, options.ReadyWithin);
            if (verdict == ReadinessVerdict.Failed)
            {
                console.Error.WriteLine($"the cluster did not come up: no read was answered within {clock.Describe(options.ReadyWithin)}; "
                    + $"{seen.Replicas}. The logs are in {topology.Log.Folder}");
                return CliExitCodes.Unreachable;
            }

            if (verdict == ReadinessVerdict.ReadyWithoutAll)
            {
                console.Error.WriteLine($"warning: after {clock.Describe(options.ReadyWithin)} only {seen.Replicas}; "
                    + $"clients get answers, because two equal replies are enough. The logs are in {topology.Log.Folder}");
            }

            if (verdict != ReadinessVerdict.Wait)
                return null;
            await await Task.WhenAny([.. _children.Select(child => child.Running), Task.Delay(ReadinessPoll, interrupt.Token)]);
        }
    }

    /// <summary>
    /// Waits until the front end of this host can answer clients, if one stands here. That depends on other hosts, which may start later:
    /// so the processes run on, however long it takes.
    /// </summary>
    /// <returns>The exit code if the processes can't run; else null.</returns>
    private async Task<int?> WaitForHostAsync(ClusterTopology topology)
    {
        using var reader = ReadyLine.FrontEndOn(topology, options.Host) is { } frontEnd
            ? new StatusReader(topology.UriOf(frontEnd), FrontEndTrust.Of(topology, frontEnd))
            : null;
        var began = Stopwatch.GetTimestamp();
        var isTold = false;
        while (true)
        {
            if (IsHopeless(topology))
                return CliExitCodes.Usage;
            if (reader is null ? _children.All(child => child.Process.Status.Process is not null)
                : await reader.IsHealthyAsync(interrupt.Token))
                return null;
            if (!isTold && Stopwatch.GetElapsedTime(began) > options.ReadyWithin)
            {
                isTold = true;
                var missing = reader is null ? null : (await reader.ReadAsync(interrupt.Token)).Status?.WaitingFor;
                console.Error.WriteLine($"warning: after {options.ReadyWithin.TotalSeconds} s (--ready-within) clients get no answers here"
                    + (missing is { Count: > 0 } ? $", missing: {string.Join(", ", missing)}" : "")
                    + $". The processes of {options.Host} run on, and wait for the other hosts. The logs are in {topology.Log.Folder}");
            }

            await await Task.WhenAny([.. _children.Select(child => child.Running), Task.Delay(ReadinessPoll, interrupt.Token)]);
        }
    }

    private async Task<int> WatchAsync(ClusterTopology topology)
    {
        if (await (options.Host is null ? WaitForAllAsync(topology) : WaitForHostAsync(topology)) is { } failed)
            return failed;
        await console.Out.WriteLineAsync(ReadyLine.Of(topology, options.Host));
        await console.Out.FlushAsync(interrupt.Token);
        // A child's loop ends only on request or by a defect. A defect ends the whole run.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token);
        var watching = console.IsErrorTerminal
            ? LiveTable.ShowAsync(console.ErrorTables, topology, options.Host, end.Token)
            : Task.Delay(Timeout.Infinite, end.Token);
        try
        {
            await await Task.WhenAny([.. _children.Select(child => child.Running), watching]);
        }
        finally
        {
            // Messages about the end must not be written over a table.
            await end.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return interrupt.ExitCode;
    }

    // Whether a child ended for a reason that a restart does not remove.
    private bool IsHopeless(ClusterTopology topology)
    {
        var hopeless = _children.Select(child => child.Process).FirstOrDefault(child => child.Status.LastExitCode
            is ExitCodes.Configuration or ExitCodes.PortInUse or ExitCodes.AlreadyRunning or ExitCodes.Storage);
        if (hopeless is not null)
        {
            console.Error.WriteLine($"{hopeless.Name} can't run (exit code {hopeless.Status.LastExitCode}): "
                + $"see the messages above and the logs in {topology.Log.Folder}");
        }

        return hopeless is not null;
    }

    // Front ends stop first, then managers with their replicas, then sequencers. A second signal ends everything at once.
    private async Task StopAsync(ClusterTopology topology)
    {
        var inOrder = StopInOrderAsync();
        await Task.WhenAny(inOrder, Task.Delay(Timeout.Infinite, interrupt.Impatient));
        if (!inOrder.IsCompleted)
        {
            foreach (var (_, child, _) in _children)
            {
                child.End();
                if (child.Status.Process is { } process)
                    ProcessSignal.Kill(process);
            }

            await Task.WhenAll(_children.Select(child => child.Running));
        }

        // A manager that was killed leaves its replica running.
        await ClusterFolder.StopLeftoversAsync(topology);
    }

    private async Task StopInOrderAsync()
    {
        foreach (var role in (NodeRole[])[NodeRole.FrontEnd, NodeRole.Manager, NodeRole.Sequencer])
        {
            var ofRole = _children.Where(child => child.Role == role).ToList();
            ofRole.ForEach(child => child.Process.End());
            await Task.WhenAll(ofRole.Select(child => child.Running));
        }
    }
}
