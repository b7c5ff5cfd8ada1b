using System.Globalization;
using System.Text.RegularExpressions;

namespace Dams.Cli.Check.Plan;

/// <summary>
/// Reads the text of a scenario, and finds all mistakes in one go. docs/SCENARIOS.md describes the language:
/// <code>
/// title Two patients and one place                 # a comment
/// case A place is given once
///   add MTLE311299 Dental 1 --as MTLA9999          -> Added
///   together 2: book MTLP970{n} MTLE311299 Dental  -> exactly 1 Booked, 1 Full
/// </code>
/// </summary>
internal sealed partial class ScenarioParser
{
    /// <summary>The most characters of a scenario.</summary>
    public const int CharactersMax = 1024 * 1024;

    /// <summary>The most calls of one line.</summary>
    public const int RepeatsMax = 500;

    /// <summary>The most calls of a scenario. More would be a benchmark.</summary>
    public const int CallsMax = 20_000;

    private const string Title = "title";
    private const string Case = "case";

    private readonly string _name;
    private readonly Func<IReadOnlyList<string>, IEnumerable<string>> _problemsOfFault;
    private readonly List<ScenarioProblem> _problems = [];
    private readonly List<(string Name, int Line, List<CheckStep> Steps)> _cases = [];
    private string? _title;
    private int _line;
    private int _calls;

    private ScenarioParser(string name, Func<IReadOnlyList<string>, IEnumerable<string>> problemsOfFault) =>
        (_name, _problemsOfFault) = (name, problemsOfFault);

    /// <summary>Reads a scenario.</summary>
    /// <param name="name">The name of the scenario or its file.</param>
    /// <param name="text">Its text.</param>
    /// <param name="problemsOfFault">Says what is wrong with the words of a line <c>fault</c>.</param>
    public static ScenarioReading Read(string name, string text, Func<IReadOnlyList<string>, IEnumerable<string>> problemsOfFault)
    {
        var parser = new ScenarioParser(name, problemsOfFault);
        if (text.Length > CharactersMax)
            return new ScenarioReading(null, [new ScenarioProblem(name, 0, $"it has more than {CharactersMax} characters: split it")]);
        foreach (var line in text.TrimStart('\ufeff').Split('\n'))
        {
            parser._line++;
            parser.ReadLine(line);
        }

        parser.End();
        return parser._problems.Count > 0
            ? new ScenarioReading(null, parser._problems)
            : new ScenarioReading(
                new CheckScenario(name, parser._title!, [.. parser._cases.Select(part => new CheckCase(part.Name, part.Steps))]), []);
    }

    private void ReadLine(string written)
    {
        var line = Blanks().Replace(Comment().Replace(written, ""), " ").Trim();
        if (line.Length == 0)
            return;
        if (line.Any(char.IsControl))
        {
            Problem("it contains a character that can't be printed");
            return;
        }

        var (word, rest) = Cut(line, ' ');
        // "together: CALL" lacks its number.
        if (word is "together:" or "and:" or "times:")
            word = word[..^1];
        if (word == Title)
            ReadTitle(rest);
        else if (word == Case)
            BeginCase(rest);
        else if (ReadStep(word, rest, line) is { } step)
            AddStep(step);
    }

    private void ReadTitle(string text)
    {
        if (text.Length == 0)
            Problem("the title is missing: expected title TEXT");
        else if (_title is not null)
            Problem("a scenario has one title, and this is the second");
        else if (_cases.Count > 0)
            Problem("the title stands before the first case");
        _title ??= text;
    }

    private void BeginCase(string name)
    {
        if (name.Length == 0)
            Problem("the name of the case is missing: expected case NAME");
        else if (_cases.FirstOrDefault(other => other.Name == name) is { Line: > 0 } same)
            Problem($"the case '{name}' begins in line {same.Line} already: give each case a name of its own");
        EndCase();
        _cases.Add((name, _line, []));
    }

    private void EndCase()
    {
        if (_cases is [.., { Steps.Count: 0 } empty] && !_problems.Exists(problem => problem.Line >= empty.Line))
            Problem($"the case '{empty.Name}' has no line below it: write its calls there", empty.Line);
    }

    private void End()
    {
        EndCase();
        if (_title is null)
            Problem("it has no title: begin it with title TEXT", 0);
        if (_cases.Count == 0 && _problems.Count == 0)
            Problem("it has no case: write case NAME, and the calls of the case below it", 0);
        if (_calls > CallsMax)
            Problem($"it has {_calls} calls; expected at most {CallsMax}", 0);
        _problems.Sort((one, other) => one.Line.CompareTo(other.Line));
    }

    private void AddStep(CheckStep step)
    {
        if (_cases.Count == 0)
            Problem("it belongs to no case: write case NAME above it");
        else
            _cases[^1].Steps.Add(step);
    }

    private CheckStep? ReadStep(string word, string rest, string line)
    {
        switch (word)
        {
            case "together" or "times":
                return ReadRepeated(word, rest, line) is { } group ? new CallStep(_line, line, word == "together", [group]) : null;
            case "and":
                if (ReadRepeated(word, rest, line) is not { } further)
                    return null;
                if (_cases is not [.., { Steps: [.., CallStep { IsTogether: true } before] steps }])
                    Problem("'and' adds calls to those of the line above it: expected a line with together above it");
                else
                    steps[^1] = before with { Groups = [.. before.Groups, further] };
                return null;
            case "fault":
                return ReadFault(rest, line);
            case "wait":
                return ReadWait(rest, line);
            default:
                if (CallVerb.All.FirstOrDefault(verb => verb.Word == word) is not { } found)
                {
                    var words = CallVerb.All.Select(verb => verb.Word).Concat([Case, "together", "and", "times", "fault", "wait", Title]);
                    Problem($"a line can't begin with '{word}'; expected one of {string.Join(", ", words)}");
                    return null;
                }

                return ReadCalls(found, rest, line, null) is { } one ? new CallStep(_line, line, false, [one]) : null;
        }
    }

    private CallGroup? ReadRepeated(string word, string rest, string line)
    {
        var (number, call) = Cut(rest, ':');
        // "and" may add a single call.
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > RepeatsMax
            || call.Length == 0)
        {
            Problem($"expected {word} NUMBER: CALL, such as {word} 20: book MTLP97{{nn}} MTLE311299 Dental, with 1 to {RepeatsMax} calls");
            return null;
        }

        var (verb, values) = Cut(call, ' ');
        if (CallVerb.All.FirstOrDefault(known => known.Word == verb) is { } found)
            return ReadCalls(found, values, line, count);
        Problem($"'{verb}' is no call; expected one of {string.Join(", ", CallVerb.All.Select(known => known.Word))}");
        return null;
    }

    private CallGroup? ReadCalls(CallVerb verb, string rest, string line, int? count)
    {
        _calls += count ?? 1;
        var parts = rest.Split("->", 2, StringSplitOptions.TrimEntries);
        var problems = new List<string>();
        var expected = ExpectationParser.Read(verb, parts.Length == 2 ? parts[1] : verb.Success, count, problems);
        var areIdsFree = expected is Expectation.OneOf { Answers: var answers }
            && answers.All(answer => answer is { IsFault: true, Outcome: "InvalidRequest" });
        var calls = CallParser.Read(verb, parts[0], count, areIdsFree, problems);
        foreach (var problem in problems)
            Problem(problem);
        return problems.Count == 0 ? new CallGroup(_line, line, calls, expected!) : null;
    }

    private FaultStep? ReadFault(string rest, string line)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var problems = _problemsOfFault(words).ToList();
        foreach (var problem in problems)
            Problem(problem);
        return problems.Count == 0 ? new FaultStep(_line, line, words) : null;
    }

    private WaitStep? ReadWait(string rest, string line)
    {
        var problems = new List<string>();
        var (until, within) = WaitParser.Read(rest, problems);
        foreach (var problem in problems)
            Problem(problem);
        return until is null || problems.Count > 0 ? null : new WaitStep(_line, line, until, within);
    }

    private void Problem(string text, int? line = null) => _problems.Add(new ScenarioProblem(_name, line ?? _line, text));

    private static (string Before, string After) Cut(string text, char at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? (text, "") : (text[..place].Trim(), text[(place + 1)..].Trim());
    }

    // A # within a word is no comment.
    [GeneratedRegex(@"(^|(?<=\s))#.*$", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"[ \t\r]+")]
    private static partial Regex Blanks();
}
