using System.Diagnostics;
using System.Globalization;
using Dams.Cli.Status;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Cluster;

/// <summary>
/// Shows what a cluster does, on the terminal that runs it. The whole table is drawn again each second, on the terminal's alternate screen.
/// The processes write their warnings to the same terminal, and would tear a table that is redrawn in place. Their warnings are among the
/// events and in their logs.
/// </summary>
internal static class LiveTable
{
    private const string OtherScreen = "\u001b[?1049h\u001b[?25l";
    private const string FirstScreen = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H\u001b[2J";
    private const int EventsMin = 3;

    // Lines that are not events: heading, table with four replicas, counters, blanks and the last line, where the cursor stands.
    private const int OtherLines = 16;

    // Address, heading, table and counters.
    private const int RowsAlways = 4;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>Draws until it is cancelled. Draws nothing if no front end stands on the host.</summary>
    public static async Task ShowAsync(IAnsiConsole console, ClusterTopology topology, string? host, CancellationToken stop)
    {
        if (!console.Profile.Capabilities.Ansi || ReadyLine.FrontEndOn(topology, host) is not { } frontEnd)
        {
            await Task.Delay(Timeout.Infinite, stop);
            return;
        }

        using var reader = new StatusReader(frontEnd.Address.ToHttpUri());
        using var timer = new PeriodicTimer(s_interval);
        var rate = new AnswerRate();
        var began = Stopwatch.GetTimestamp();
        console.WriteAnsi(OtherScreen);
        try
        {
            do
            {
                var (_, status, problem) = await reader.ReadAsync(stop);
                var answered = status is null
                    ? null
                    : rate.Look(status.ProcessId, status.Counters.Answered, Stopwatch.GetElapsedTime(began));
                console.WriteAnsi(Home);
                console.Write(Render(topology, host, status, answered, problem, console.Profile.Height));
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        finally
        {
            console.WriteAnsi(FirstScreen);
        }
    }

    /// <summary>Draws the table once.</summary>
    /// <param name="topology">The cluster, for its addresses.</param>
    /// <param name="host">The host whose processes run here, and a front end among them; null in a configuration without hosts.</param>
    /// <param name="status">The status that its front end reports; null if there is none.</param>
    /// <param name="rate">Answers a second; null if not known.</param>
    /// <param name="problem">The reason why there is no status.</param>
    /// <param name="height">The lines of the terminal. The table shows as many events as fit.</param>
    public static IRenderable Render(
        ClusterTopology topology, string? host, ClusterStatus? status, double? rate, string? problem, int height)
    {
        var address = new Text(
            $"{ReadyLine.Of(topology, host)}   page {ReadyLine.FrontEndOn(topology, host)?.Address.ToHttpUri()}   Ctrl-C stops it");
        if (status is null)
            return new Rows(address, new Text(problem ?? "", new Style(Color.Red)));
        var rows = new List<IRenderable> { address, Head(status, rate), Replicas(status), Counters(status.Counters) };
        rows.AddRange(StatusTables.Waiting(status));
        rows.AddRange(status.Alarms.Select(alarm => new Text("! " + alarm, new Style(Color.Red))));
        rows.Add(Events(status, Math.Max(EventsMin, height - OtherLines - (rows.Count - RowsAlways))));
        return new Rows(rows);
    }

    private static Text Head(ClusterStatus status, double? rate) => new(string.Create(CultureInfo.InvariantCulture,
        $"epoch {status.Epoch ?? "?"}, {(status.Sequencer is { Active: true } sequencer ? sequencer.Id : "no sequencer")} orders, "
        + $"sequence {status.Sequence}, committed {status.Committed}, "
        + $"answered per second {rate?.ToString("F0", CultureInfo.InvariantCulture) ?? "-"}"));

    private static Table Replicas(ClusterStatus status)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in (ReadOnlySpan<string>)["replica", "version", "state"])
            table.AddColumn(new TableColumn(heading).NoWrap());
        foreach (var heading in (ReadOnlySpan<string>)["executed", "wrong", "silent", "replaced"])
            table.AddColumn(new TableColumn(heading).NoWrap().RightAligned());
        foreach (var replica in status.Replicas)
        {
            table.AddRow(new Text(replica.Id ?? "?"), new Text(replica.Engine ?? ""), StatusTables.State(replica.State),
                Number(replica.Executed, Color.Default), Number(replica.Wrong, Color.Red), Number(replica.Silent, Color.Yellow),
                Number(replica.Replacements, Color.Yellow));
        }

        return table;
    }

    private static Text Number(long? value, Color whenSome) =>
        new(value?.ToString(CultureInfo.InvariantCulture) ?? "", value > 0 ? new Style(whenSome) : Style.Plain);

    private static Text Counters(ClusterCounters counters) => new(string.Create(CultureInfo.InvariantCulture,
        $"requests {counters.Requests}, answered {counters.Answered}, faults {counters.Faults}, wrong replies {counters.WrongReplies}, "
        + $"missing {counters.MissingReplies}, failovers {counters.Failovers}"));

    // Newest first, each on one line.
    private static Grid Events(ClusterStatus status, int count)
    {
        var grid = new Grid()
            .AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap());
        foreach (var happened in status.Events.Reverse().Take(count))
        {
            grid.AddRow(
                new Text(happened.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture), new Style(Color.Grey)),
                new Text(happened.Kind, new Style(Color.Aqua)),
                new Text($"{happened.Node} {happened.Text}") { Overflow = Overflow.Ellipsis });
        }

        return grid;
    }
}
