using System.Globalization;
using Dams.Hosting.Status;
using Spectre.Console;

namespace Dams.Cli.Demo;

/// <summary>The tables at the end of the story.</summary>
internal static class DemoTables
{
    private const int DigestCharacters = 8;

    /// <summary>
    /// The replicas at the end, and what has become of them. A killed replica comes back as the same incarnation, unless that takes too
    /// long.
    /// </summary>
    public static Table Replicas(ClusterStatus before, ClusterStatus after, string victim)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in (ReadOnlySpan<string>)["replica", "version", "executed", "state digest", "outvoted", "what became of it"])
            table.AddColumn(new TableColumn(heading).NoWrap());
        foreach (var (was, replica) in before.Replicas.Zip(after.Replicas))
        {
            var isNew = replica.Incarnation != was.Incarnation;
            var fate = was.Id == victim ? isNew ? "killed, and replaced" : "killed, and back" : isNew ? "replaced" : "";
            table.AddRow(
                new Text(replica.Id ?? ""), new Text(replica.Engine ?? ""), new Text(Of(replica.Executed)),
                new Text(replica.Digest?[..DigestCharacters] ?? "", new Style(Color.Green)),
                new Text(Of(replica.Wrong)), new Text(fate, new Style(Color.Yellow)));
        }

        return table;
    }

    /// <summary>The counts. One that must have a certain value is green if it has it, else red.</summary>
    public static Table Counts(IEnumerable<(string What, long Count, long? Wanted)> counts)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        foreach (var (what, count, wanted) in counts)
            table.AddRow(
                new Text(what), new Text(Of(count), wanted is null ? Style.Plain : new Style(count == wanted ? Color.Green : Color.Red)));
        return table;
    }

    private static string Of(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
