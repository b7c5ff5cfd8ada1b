using System.CommandLine;
using System.Net;
using Dams.Cli.Cluster;

namespace Dams.Cli.Demo;

/// <summary><c>dams lab demo</c>: a cluster of its own that is broken on purpose, to see that nobody notices.</summary>
internal static class DemoCommand
{
    public static Command Create(CliConsole console)
    {
        var address = new Option<IPAddress>("--address")
        {
            Description = "The loopback address of the demonstration's cluster, 127.x.y.z; one of its own, if not said.",
            DefaultValueFactory = _ => OwnAddress(),
            HelpName = "ADDRESS",
            CustomParser = UpCommand.ParseAddress,
        };
        var demo = new Command("demo", "Start a cluster, have one replica lie and another crash while clients book, watch both come back, and check every answer. Ends with 0 only if all held.")
        {
            address,
        };
        demo.SetAction((parsed, _) => RunAsync(console, parsed.GetValue(address)!));
        return new Command("lab", "See on a cluster of its own how failures are met.") { demo };
    }

    private static async Task<int> RunAsync(CliConsole console, IPAddress address)
    {
        using var interrupt = new Interrupt();
        var folder = Directory.CreateTempSubdirectory("dams-demo-").FullName;
        // What dams up says belongs into its place in the story, and is shown if it does not come up.
        using var said = new StringWriter();
        var quiet = new CliConsole(said, said, TextReader.Null, isInteractive: false, isErrorTerminal: false);
        var options = new UpOptions { DataFolder = folder, Address = address, IsLab = true };
        var runner = new ClusterRunner(quiet, interrupt, options);
        var running = runner.RunAsync();
        var exitCode = CliExitCodes.OtherOutcome;
        try
        {
            var teller = new DemoTeller(console.OutTables);
            teller.Begin();
            using var story = new DemoStory(teller, options.ReadTopology().Topology!, interrupt.Token);
            if (await Task.WhenAny(runner.Ready, running) == running)
                console.Error.WriteLine(said);
            else if (await story.RunAsync())
                exitCode = CliExitCodes.Success;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            exitCode = interrupt.ExitCode;
        }
        finally
        {
            interrupt.End();
            await running;
            if (exitCode == CliExitCodes.OtherOutcome)
                console.Error.WriteLine($"the logs are in {folder}");
            else
                Directory.Delete(folder, recursive: true);
        }

        return exitCode;
    }

    /// <summary>Nobody else's on this machine, so that it disturbs no cluster that runs. macOS has no more than one.</summary>
    private static IPAddress OwnAddress() => OperatingSystem.IsMacOS()
        ? IPAddress.Loopback
        : new IPAddress([127, 200, (byte)(Environment.ProcessId / 250 % 250), (byte)((Environment.ProcessId % 250) + 1)]);
}
