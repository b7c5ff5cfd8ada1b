using System.Text;

namespace Dams.Tests.Soap.ApiPage;

/// <summary>Writes a page in Markdown. Paragraphs end at 120 columns; tables and code don't.</summary>
internal sealed class MarkdownPage
{
    private const int Columns = 120;
    private readonly StringBuilder _text = new();

    public MarkdownPage Heading(int level, string text) => Block(new string('#', level) + " " + text);

    /// <summary>A paragraph for each line of the text.</summary>
    public MarkdownPage Paragraphs(string text)
    {
        foreach (var paragraph in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Block(Wrapped(paragraph, ""));
        return this;
    }

    public MarkdownPage List(IEnumerable<string> items) =>
        Block(string.Join('\n', items.Select(item => Wrapped("- " + item, "  "))));

    public MarkdownPage Table(string[] head, IEnumerable<string[]> rows) => Block(string.Join('\n',
    [
        Row(head),
        "|" + string.Concat(head.Select(_ => "---|")),
        .. rows.Select(Row),
    ]));

    public MarkdownPage Code(string language, string text) => Block($"```{language}\n{text.TrimEnd('\n')}\n```");

    public override string ToString() => _text.ToString();

    private MarkdownPage Block(string text)
    {
        _text.Append(_text.Length == 0 ? "" : "\n").Append(text).Append('\n');
        return this;
    }

    // A vertical bar would end the cell.
    private static string Row(string[] cells) =>
        string.Concat(cells.Select(cell => cell.Length == 0 ? "| " : $"| {cell.Replace("|", "\\|", StringComparison.Ordinal)} ")) + "|";

    private static string Wrapped(string text, string indent)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Columns)
            {
                lines.Add(line);
                line = indent + word;
            }
            else
            {
                line += (line.Length == 0 || line == indent ? "" : " ") + word;
            }
        }

        return string.Join('\n', lines.Append(line));
    }
}
