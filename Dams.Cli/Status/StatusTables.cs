using System.Globalization;
using Dams.Hosting.Status;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Status;

/// <summary>Draws the status for people.</summary>
internal static class StatusTables
{
    private const int DigestCharacters = 8;

    // The columns that the whole table of replicas needs, with long numbers.
    private const int WholeTable = 140;

    private static readonly Column[] s_columns =
    [
        new("replica", false, false, replica => Cell(replica.Id)),
        new("address", false, true, replica => Cell(replica.Address)),
        new("process", false, true, replica => Cell(Of(replica.ProcessId))),
        new("version", false, false, replica => Cell(replica.Engine)),
        new("incarnation", false, true, replica => Cell(replica.Incarnation)),
        new("state", false, false, replica => State(StateOf(replica))),
        new("executed", true, false, replica => Cell(Of(replica.Executed))),
        new("digest", true, false, Digest),
        new("wrong", true, false, replica => Cell(Of(replica.Wrong))),
        new("silent", true, false, replica => Cell(Of(replica.Silent))),
        new("restarts", true, true, replica => Cell(Of(replica.Restarts))),
        new("replaced", true, true, replica => Cell(Of(replica.Replacements))),
    ];

    /// <summary>Draws a status.</summary>
    /// <param name="status">The status.</param>
    /// <param name="width">The characters in a line of the terminal.</param>
    public static IRenderable Render(ClusterStatus status, int width) => new Rows(
    [
        Head(status), .. Replicas(status, width), .. Sessions(status), Others(status), Counters(status.Counters),
        .. Waiting(status), .. Warnings(status), .. Alarms(status),
    ]);

    private static Text Head(ClusterStatus status) => new(
        $"cluster {status.Cluster ?? "?"}, release {status.Release ?? "?"}{OnHost(status)}: epoch {status.Epoch ?? "?"}, "
        + $"sequencer {status.Sequencer?.Id ?? "none"}, sequence {Of(status.Sequence)}, committed {Of(status.Committed)}");

    private static string OnHost(ClusterStatus status) => status.SoapHost is { } host ? $" on {host}" : "";

    // A narrow terminal would break the cells of one table into pieces, so it gets two.
    private static IEnumerable<Table> Replicas(ClusterStatus status, int width) => width >= WholeTable
        ? [Replicas(status, s_columns)]
        :
        [
            Replicas(status, s_columns.Where(column => !column.IsDetail)),
            Replicas(status, s_columns.Where(column => column.IsDetail || column == s_columns[0])),
        ];

    private static Table Replicas(ClusterStatus status, IEnumerable<Column> columns)
    {
        var chosen = columns.ToList();
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in chosen)
        {
            var head = new TableColumn(column.Heading).NoWrap();
            table.AddColumn(column.IsNumber ? head.RightAligned() : head);
        }

        foreach (var replica in status.Replicas)
            table.AddRow(chosen.Select(column => column.Cell(replica)));
        return table;
    }

    private static string? StateOf(ReplicaStatus replica) =>
        replica.WaitingBefore is { } seq ? string.Create(CultureInfo.InvariantCulture, $"{replica.State} before {seq}") : replica.State;

    private static Table Others(ClusterStatus status)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in (ReadOnlySpan<string>)["process", "id", "state"])
            table.AddColumn(new TableColumn(heading).NoWrap());
        if (status.Sequencer is { } sequencer)
        {
            table.AddRow(Cell(Of(sequencer.ProcessId)), Cell(sequencer.Id), State(sequencer.Active ? "active" : "not heard"));
            foreach (var standby in sequencer.Standbys)
                table.AddRow(Cell(null), Cell(standby), Cell("standby"));
        }

        foreach (var manager in status.Managers)
            table.AddRow(Cell(Of(manager.ProcessId)), Cell(manager.Id), State(manager.State));
        return table;
    }

    private static Text Counters(ClusterCounters counters) => new(string.Create(CultureInfo.InvariantCulture,
        $"requests {counters.Requests}, answered {counters.Answered} ({counters.AnsweredByAll} by all), faults {counters.Faults}, "
        + $"wrong replies {counters.WrongReplies}, missing {counters.MissingReplies}, replacements {counters.Replacements}, "
        + $"failovers {counters.Failovers}, "
        + $"divided votes {counters.Divergences}, without a quorum {counters.NoQuorum}"));

    /// <summary>How far back the replicas remember clients' requests; nothing while they remember all of them.</summary>
    private static IEnumerable<Text> Sessions(ClusterStatus status)
    {
        var windows = status.Replicas.Where(replica => replica.SessionWindowSeconds is not null)
            .Select(replica => $"{replica.Id ?? "?"} {Of(replica.SessionWindowSeconds)} s").ToList();
        return windows.Count == 0
            ? []
            : [new Text($"session window, in which a repeated request has no second effect: {string.Join(", ", windows)}")];
    }

    /// <summary>The processes that are missing while no sequencer is heard.</summary>
    public static IEnumerable<Text> Waiting(ClusterStatus status) => status.WaitingFor is { Count: > 0 } missing
        ? [new Text(
            $"no sequencer is heard; waiting for {string.Join(", ", missing)} (a first start needs all replicas)",
            new Style(Color.Red))]
        : [];

    private static IEnumerable<Text> Warnings(ClusterStatus status) =>
        (status.Warnings ?? []).Select(warning => new Text($"warning: {warning}", new Style(Color.Yellow)));

    private static IEnumerable<Text> Alarms(ClusterStatus status) =>
        status.Alarms.Select(alarm => new Text($"alarm: {alarm}", new Style(Color.Red)));

    private static Text Cell(string? text) => new(text ?? "");

    /// <summary>The state of a process. The word says as much as the colour.</summary>
    public static Text State(string? state) => new(state ?? "?", new Style(state switch
    {
        "active" or "running" => Color.Green,
        "joining" or "restarting" or "suspected" => Color.Yellow,
        _ => Color.Red,
    }));

    /// <summary>
    /// The digest of a replica's state. Digests can be compared only at the same entry. So the entry follows the digest, unless it is the
    /// last executed one.
    /// </summary>
    private static Text Digest(ReplicaStatus replica)
    {
        var digest = replica.DigestAt is { } at && at != replica.Executed
            ? string.Create(CultureInfo.InvariantCulture, $"{Short(replica.Digest)} at {at}")
            : Short(replica.Digest);
        return replica.Differs ? new Text("≠ " + digest, new Style(Color.Red)) : new Text(digest);
    }

    private static string Short(string? digest) => digest is { Length: > DigestCharacters } ? digest[..DigestCharacters] : digest ?? "";

    private static string Of<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    /// <summary>A column of the table of replicas.</summary>
    /// <param name="Heading">The heading.</param>
    /// <param name="IsNumber">Whether it is aligned at the right.</param>
    /// <param name="IsDetail">Whether a narrow terminal shows it in the second table.</param>
    /// <param name="Cell">The cell of a replica.</param>
    private sealed record Column(string Heading, bool IsNumber, bool IsDetail, Func<ReplicaStatus, Text> Cell);
}
