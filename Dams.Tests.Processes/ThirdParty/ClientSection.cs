using System.Text.RegularExpressions;

namespace Dams.Tests.Processes.ThirdParty;

/// <summary>
/// The section of docs/CLIENTS.md about one stack. A label stands before each fenced block. A label that names a file, such as
/// <c>`client.php`:</c>, is followed by that file. <c>Install:</c> is followed by the commands that install the stack, <c>Run:</c> by
/// commands for the folder of the files, and <c>It prints:</c> by the output of the commands before it.
/// </summary>
/// <param name="Name">The heading.</param>
/// <param name="Files">The content of each file, by name.</param>
/// <param name="Install">The commands that install the stack. The tests don't run them.</param>
/// <param name="Runs">The commands that a user runs, in this order.</param>
/// <param name="Problems">The reasons why a test can't run the section.</param>
internal sealed partial record ClientSection(
    string Name,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyList<string> Install,
    IReadOnlyList<ClientRun> Runs,
    IReadOnlyList<string> Problems)
{
    private const string Fence = "```";

    /// <summary>Reads a section.</summary>
    /// <param name="name">The heading.</param>
    /// <param name="lines">The lines below it.</param>
    public static ClientSection Read(string name, IReadOnlyList<string> lines)
    {
        var files = new Dictionary<string, string>();
        var install = new List<string>();
        var runs = new List<ClientRun>();
        var problems = new List<string>();
        string? commands = null;
        foreach (var (label, kind, text) in Blocks(lines, problems))
        {
            if (FileLabel().Match(label) is { Success: true } file)
            {
                if (!files.TryAdd(file.Groups["name"].Value, text))
                    problems.Add($"two blocks are the file {file.Groups["name"].Value}");
                continue;
            }

            switch (label, kind)
            {
                case ("Install:", "sh"):
                    install.Add(text);
                    break;
                case ("Run:", "sh") when commands is null:
                    commands = text;
                    break;
                case ("It prints:", "text") when commands is not null:
                    runs.Add(new ClientRun(commands, text));
                    commands = null;
                    break;
                default:
                    problems.Add($"'{label}' is no label for a block of kind '{kind}' at this place");
                    break;
            }
        }

        if (files.Count == 0)
            problems.Add("no block is a file: a line such as `client.php`: stands before it");
        if (install.Count != 1)
            problems.Add($"{install.Count} blocks say how to install the stack instead of 1: the line 'Install:' stands before it");
        if (runs.Count == 0)
            problems.Add("no block says how to run the files: the line 'Run:' stands before it");
        if (commands is not null)
            problems.Add("commands have no output: a block of kind text follows the line 'It prints:'");
        return new ClientSection(name, files, install, runs, problems);
    }

    private static IEnumerable<(string Label, string Kind, string Text)> Blocks(IReadOnlyList<string> lines, List<string> problems)
    {
        var label = "";
        for (var i = 0; i < lines.Count; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                if (lines[i].Length > 0)
                    label = lines[i];
                continue;
            }

            var end = Enumerable.Range(i + 1, lines.Count - i - 1).FirstOrDefault(line => lines[line] == Fence, -1);
            if (end < 0)
            {
                problems.Add($"the block after '{label}' has no end");
                yield break;
            }

            yield return (label, lines[i][Fence.Length..], string.Concat(lines.Skip(i + 1).Take(end - i - 1).Select(line => line + "\n")));
            label = "";
            i = end;
        }
    }

    [GeneratedRegex("^`(?<name>[^`/]+)`:$")]
    private static partial Regex FileLabel();
}
