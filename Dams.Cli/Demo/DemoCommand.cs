using System.CommandLine;
using System.Net;
using Dams.Cli.Cluster;

namespace Dams.Cli.Demo;

/// <summary><c>dams lab demo</c>: breaks a cluster of its own on purpose, to show that clients notice nothing.</summary>
internal static class DemoCommand
{
    public static Command Create(CliConsole console)
    {
        var address = new Option<IPAddress>("--address")
        {
            Description = "Run the cluster on this loopback address, 127.x.y.z or ::1. The default is an address of its own.",
            DefaultValueFactory = _ => OwnAddress(),
            HelpName = "ADDRESS",
            CustomParser = UpCommand.ParseAddress,
        };
        var demo = new Command("demo",
            "Start a cluster, make one replica lie and another crash while clients book, watch both come back, and check every answer. "
            + "Exits 0 only if every check passed.")
        {
            address,
        };
        demo.SetAction((parsed, _) => RunAsync(console, parsed.GetValue(address)!));
        return new Command("lab", "Demonstrate on a cluster of its own how failures are handled.") { demo };
    }

    private static async Task<int> RunAsync(CliConsole console, IPAddress address)
    {
        using var interrupt = new Interrupt();
        var exitCode = CliExitCodes.OtherOutcome;
        string folder;
        try
        {
            folder = Directory.CreateTempSubdirectory("dams-demo-").FullName;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine(
                $"no folder can be made in {Path.GetTempPath()} ({problem.Message}): set TMPDIR to a folder that can be written");
            return CliExitCodes.Usage;
        }

        var teller = new DemoTeller(console.OutTables);
        teller.Begin();
        var cluster = DemoCluster.Start(folder, address);
        try
        {
            using var story = new DemoStory(teller, cluster.Topology, DemoStory.Patience, interrupt.Token);
            if (!await cluster.IsReadyAsync(interrupt.Token))
                exitCode = CliExitCodes.Unreachable;
            else if (await story.RunAsync())
                exitCode = CliExitCodes.Success;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            exitCode = interrupt.ExitCode;
        }
        finally
        {
            await cluster.DisposeAsync();
        }

        teller.Tell("the cluster is stopped");
        if (exitCode is CliExitCodes.Unreachable)
            console.Error.WriteLine(cluster.Said);
        if (exitCode is CliExitCodes.Unreachable or CliExitCodes.OtherOutcome)
            console.Error.WriteLine($"the logs are in {cluster.Topology.Log.Folder}");
        else
            Directory.Delete(cluster.Folder, recursive: true);
        return exitCode;
    }

    /// <summary>
    /// An address of the demonstration's own, so that it disturbs no cluster that runs on this machine. macOS has only one loopback
    /// address.
    /// </summary>
    private static IPAddress OwnAddress() => OperatingSystem.IsMacOS()
        ? IPAddress.Loopback
        : new IPAddress([127, 200, (byte)(Environment.ProcessId / 250 % 250), (byte)((Environment.ProcessId % 250) + 1)]);
}
