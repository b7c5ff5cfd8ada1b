using System.CommandLine;
using Dams.Cli.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Status;

/// <summary><c>dams status</c>: shows the health of a running cluster.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public static Command Create(CliConsole console)
    {
        var frontEnds = new FrontEndOptions();
        var watch = new Option<bool>("--watch", "-w") { Description = "Show the status again every second until Ctrl-C." };
        var json = new Option<bool>("--json") { Description = "Write the front end's JSON unchanged." };
        var command = new Command("status", "Show cluster health: replicas, sequencer, managers and counters.") { watch, json };
        frontEnds.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (frontEnds.Open(parsed, console) is not { } access)
                return CliExitCodes.Usage;
            using var interrupt = new Interrupt();
            using var reader = new StatusReader(access);
            try
            {
                return parsed.GetValue(watch)
                    ? await WatchAsync(console, reader, parsed.GetValue(json), interrupt.Token)
                    : await ShowAsync(console, reader, parsed.GetValue(json), interrupt.Token);
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                return interrupt.ExitCode;
            }
        });
        return command;
    }

    private static async Task<int> ShowAsync(CliConsole console, StatusReader reader, bool asJson, CancellationToken stop)
    {
        var (text, status, problem) = await reader.ReadAsync(stop);
        if (status is null)
        {
            console.Error.WriteLine(problem);
            return CliExitCodes.Unreachable;
        }

        if (asJson)
            console.Out.WriteLine(text);
        else
            console.OutTables.Write(StatusTables.Render(status, console.OutTables.Profile.Width));
        return CliExitCodes.Success;
    }

    // On a terminal the tables are redrawn in place; a pipe gets them one after the other.
    private static async Task<int> WatchAsync(CliConsole console, StatusReader reader, bool asJson, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(WatchInterval);
        if (asJson || !console.IsInteractive)
        {
            do
                await ShowAsync(console, reader, asJson, stop);
            while (await timer.WaitForNextTickAsync(stop));
            return CliExitCodes.Success;
        }

        await console.OutTables.Live(new Text("")).AutoClear(false).StartAsync(async live =>
        {
            do
            {
                var (_, status, problem) = await reader.ReadAsync(stop);
                live.UpdateTarget(
                    status is null ? (IRenderable)new Text(problem!) : StatusTables.Render(status, console.OutTables.Profile.Width));
            }
            while (await timer.WaitForNextTickAsync(stop));
        });
        return CliExitCodes.Success;
    }
}
