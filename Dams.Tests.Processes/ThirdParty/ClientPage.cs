using Dams.Tests.Tidy;

namespace Dams.Tests.Processes.ThirdParty;

/// <summary>docs/CLIENTS.md: a table with a row for each stack, and a section for each stack.</summary>
/// <param name="Rows">The first two cells of each row of the table: the stack, and its SOAP versions.</param>
/// <param name="Sections">The sections of the stacks. The headings of <see cref="General"/> are no stacks.</param>
internal sealed record ClientPage(IReadOnlyList<(string Stack, string SoapVersions)> Rows, IReadOnlyList<ClientSection> Sections)
{
    /// <summary>The headings that are about all stacks.</summary>
    public static IReadOnlyList<string> General { get; } = ["Start a cluster", "The stacks", "For every client"];

    /// <summary>The page of the documentation.</summary>
    public static ClientPage Load() => Read(SourceTree.Text("docs/CLIENTS.md"));

    /// <summary>Reads a page.</summary>
    public static ClientPage Read(string text)
    {
        var parts = new List<(string Heading, List<string> Lines)>();
        var isCode = false;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            if (!isCode && line.StartsWith("## ", StringComparison.Ordinal))
                parts.Add((line["## ".Length..], []));
            else if (parts.Count > 0)
                parts[^1].Lines.Add(line);
        }

        return new ClientPage(
            [.. parts.Where(part => part.Heading == "The stacks").SelectMany(part => RowsOf(part.Lines))],
            [.. parts.Where(part => !General.Contains(part.Heading)).Select(part => ClientSection.Read(part.Heading, part.Lines))]);
    }

    // The first two lines of a table are its head. A stack's name is a link to its section.
    private static IEnumerable<(string Stack, string SoapVersions)> RowsOf(IEnumerable<string> lines) =>
        from line in lines.Where(line => line.StartsWith('|')).Skip(2)
        let cells = line.Split('|')
        select (cells[1].Trim().TrimStart('[').Split(']')[0], cells[2].Trim());
}
