using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;
using Dams.Cli.Status;
using Spectre.Console;

namespace Dams.Cli.Bench;

/// <summary>One row of the benchmark.</summary>
internal sealed record BenchRow(
    int Connections, int Calls, int Failed, double PerSecond, double P50Ms, double P99Ms, double MaxMs, double? ServerMicrosecondsPerCall);

/// <summary><c>dams bench</c>: measures bookings against a running service.</summary>
internal static class BenchCommand
{
    private const int CallsMax = 10_000_000;

    public static Command Create(CliConsole console)
    {
        var frontEnds = new FrontEndOptions();
        var connections = new Option<int[]>("--connections")
        {
            Description = "Use this many connections, 1 to 1024; one run for each number.",
            DefaultValueFactory = _ => [1, 16, 64],
            AllowMultipleArgumentsPerToken = true,
            HelpName = "N",
            CustomParser = Numbers.AllBetween("--connections", 1, 1024),
        };
        var calls = new Option<int>("--calls")
        {
            Description = "Make this many bookings in each run.",
            DefaultValueFactory = _ => 10_000,
            HelpName = "N",
            CustomParser = Numbers.Between("--calls", 1, CallsMax),
        };
        var warmUp = new Option<int>("--warm-up")
        {
            Description = "Make this many bookings before the first run; they are not counted.",
            DefaultValueFactory = _ => 2_000,
            HelpName = "N",
            CustomParser = Numbers.Between("--warm-up", 0, CallsMax),
        };
        var json = new Option<bool>("--json") { Description = "Write JSON instead of a table." };
        var command = new Command("bench", "Book as fast as a running service answers, and show how fast that is.")
        {
            connections, calls, warmUp, json,
        };
        frontEnds.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (frontEnds.Open(parsed, console) is not { } access)
                return CliExitCodes.Usage;
            using var interrupt = new Interrupt();
            var (runs, rows) = (parsed.GetValue(connections)!, new List<BenchRow>());
            int exitCode;
            try
            {
                await RunAsync(
                    access, runs, parsed.GetValue(calls), parsed.GetValue(warmUp), rows, console, interrupt.Token);
                exitCode = rows.Exists(row => row.Failed > 0) ? CliExitCodes.OtherOutcome : CliExitCodes.Success;
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                console.Error.WriteLine($"interrupted after {rows.Count} of {runs.Length} runs");
                exitCode = interrupt.ExitCode;
            }
            catch (AccessException refusal)
            {
                console.Error.WriteLine(refusal.Message);
                exitCode = CliExitCodes.Fault;
            }
            catch (Exception problem) when (problem is SocketException or IOException)
            {
                console.Error.WriteLine($"{string.Join(", ", access.Urls)} can't be measured: {problem.Message}");
                exitCode = CliExitCodes.Unreachable;
            }

            // The runs that were finished stay valid.
            if (parsed.GetValue(json))
                console.Out.WriteLine(JsonSerializer.Serialize(rows, BenchJson.Default.IReadOnlyListBenchRow));
            else if (rows.Count > 0)
                console.OutTables.Write(Render(rows));
            return exitCode;
        });
        return command;
    }

    private static async Task RunAsync(
        FrontEndAccess access, int[] connections, int calls, int warmUp, List<BenchRow> rows, CliConsole console, CancellationToken stop)
    {
        using var reader = new StatusReader(access);
        var processes = (await reader.ReadAsync(stop)).Status?.ProcessIds ?? [];
        // Each run of the tool books on other days, so that it can be repeated on the same data.
        var load = new BookingLoad(access, (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() % 30_000));
        if (warmUp > 0)
            await load.RunAsync(connections.Max(), warmUp, stop);
        foreach (var count in connections)
        {
            var before = ProcessorTime.Of(processes);
            var result = await load.RunAsync(count, calls, stop);
            var used = ProcessorTime.Of(processes) - before;
            if (result.FirstFailure is { } failure)
                console.Error.WriteLine($"{result.Failed} of {calls} calls were not answered with Booked; the first: {failure}");
            rows.Add(new BenchRow(
                count, calls, result.Failed, result.PerSecond, result.Percentile(0.5), result.Percentile(0.99), result.Percentile(1),
                processes.Count == 0 ? null : used.TotalMicroseconds / calls));
        }
    }

    private static Table Render(IReadOnlyList<BenchRow> rows)
    {
        var table = new Table().AddColumns(
            "connections", "bookings", "failed", "per second", "p50 ms", "p99 ms", "max ms", "server CPU µs each");
        foreach (var row in rows)
        {
            string[] cells =
            [
                row.Connections.ToString(CultureInfo.InvariantCulture),
                row.Calls.ToString(CultureInfo.InvariantCulture),
                row.Failed.ToString(CultureInfo.InvariantCulture),
                row.PerSecond.ToString("F0", CultureInfo.InvariantCulture),
                row.P50Ms.ToString("F2", CultureInfo.InvariantCulture),
                row.P99Ms.ToString("F2", CultureInfo.InvariantCulture),
                row.MaxMs.ToString("F1", CultureInfo.InvariantCulture),
                row.ServerMicrosecondsPerCall?.ToString("F0", CultureInfo.InvariantCulture) ?? "?",
            ];
            table.AddRow(cells);
        }

        return table;
    }
}
