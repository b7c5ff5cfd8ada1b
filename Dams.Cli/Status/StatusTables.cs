using System.Globalization;
using Dams.Hosting.Status;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dams.Cli.Status;

/// <summary>Draws the status for people.</summary>
internal static class StatusTables
{
    private const int DigestCharacters = 8;

    public static IRenderable Render(ClusterStatus status) => new Rows(
    [
        Head(status), Replicas(status), .. Sessions(status), Others(status), Counters(status.Counters),
        .. Waiting(status), .. Alarms(status),
    ]);

    private static Text Head(ClusterStatus status) => new(
        $"cluster {status.Cluster ?? "?"}, release {status.Release ?? "?"}{OnHost(status)}: epoch {status.Epoch ?? "?"}, "
        + $"sequencer {status.Sequencer?.Id ?? "none"}, sequence {Of(status.Sequence)}, committed {Of(status.Committed)}");

    private static string OnHost(ClusterStatus status) => status.SoapHost is { } host ? $" on {host}" : "";

    private static Table Replicas(ClusterStatus status)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in (ReadOnlySpan<string>)["replica", "address", "process", "version", "incarnation", "state"])
            table.AddColumn(new TableColumn(heading).NoWrap());
        foreach (var heading in (ReadOnlySpan<string>)["executed", "digest", "wrong", "silent", "restarts", "replaced"])
            table.AddColumn(new TableColumn(heading).NoWrap().RightAligned());
        foreach (var replica in status.Replicas)
        {
            table.AddRow(
                Cell(replica.Id), Cell(replica.Address), Cell(Of(replica.ProcessId)), Cell(replica.Engine), Cell(replica.Incarnation),
                State(StateOf(replica)), Cell(Of(replica.Executed)), Digest(replica), Cell(Of(replica.Wrong)), Cell(Of(replica.Silent)),
                Cell(Of(replica.Restarts)), Cell(Of(replica.Replacements)));
        }

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
}
