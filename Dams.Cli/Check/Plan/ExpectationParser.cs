using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Check.Plan;

/// <summary>Reads the text after the arrow: the answers that a line expects.</summary>
internal sealed partial class ExpectationParser
{
    private const string ExactlyWord = "exactly ";

    private static readonly IReadOnlyList<string> s_fields = [.. typeof(IAppointmentService).GetMethods()
        .SelectMany(method => method.GetParameters()).Select(parameter => parameter.Name!).Distinct()];

    private readonly CallVerb _verb;
    private readonly List<string> _problems;

    private ExpectationParser(CallVerb verb, List<string> problems) => (_verb, _problems) = (verb, problems);

    /// <summary>Reads an expectation.</summary>
    /// <param name="verb">The word that begins the call.</param>
    /// <param name="text">The text after the arrow.</param>
    /// <param name="calls">How many calls the line stands for; null if it has no number.</param>
    /// <param name="problems">Gets a sentence for each mistake.</param>
    /// <returns>Null if there is a mistake.</returns>
    public static Expectation? Read(CallVerb verb, string text, int? calls, List<string> problems)
    {
        var parser = new ExpectationParser(verb, problems);
        if (text.Length == 0)
            problems.Add($"nothing stands after ->; expected {parser.AnswerForm}");
        else if (text.StartsWith(ExactlyWord, StringComparison.Ordinal))
            return parser.ReadCounts(text[ExactlyWord.Length..], calls);
        else if (text.Split(" or ").Select(parser.ReadAnswer).ToList() is var answers && !answers.Contains(null))
            return new Expectation.OneOf([.. answers.OfType<PlainAnswer>()]);
        return null;
    }

    private string AnswerForm => $"one of {string.Join(", ", _verb.Outcomes)}, or fault CODE";

    private Expectation.Exactly? ReadCounts(string text, int? calls)
    {
        if (calls is null)
        {
            _problems.Add("'exactly' counts the answers to several calls: use it only after together, and or times");
            return null;
        }

        var counts = new List<AnswerCount>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Count().Match(part) is not { Success: true } match)
                _problems.Add($"'{part}' is no count; expected a list such as exactly 1 {_verb.Success}, {Math.Max(1, calls.Value - 1)} "
                    + $"{_verb.Outcomes.First(outcome => outcome != _verb.Success || _verb.Outcomes.Count == 1)}");
            else if (ReadAnswer(match.Groups["answer"].Value) is { } answer)
                counts.Add(new AnswerCount(int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture), answer));
        }

        if (_problems.Count > 0)
            return null;
        if (counts.Exists(count => count.Answer is { IsFault: false, Items: not null }))
            _problems.Add("'exactly' counts outcomes; expected no items after them");
        else if (counts.DistinctBy(count => count.Answer).Count() < counts.Count)
            _problems.Add("'exactly' has an outcome twice; expected one count for each");
        else if (counts.Sum(count => (long)count.Count) is var sum && sum != calls)
            _problems.Add($"'exactly' counts {sum} answers, and the line has {calls} calls");
        return new Expectation.Exactly(counts);
    }

    private PlainAnswer? ReadAnswer(string text)
    {
        text = text.Trim();
        if (text.Split(' ') is ["fault", .. var words])
            return ReadFault(words);
        var parts = text.Split(':', 2, StringSplitOptions.TrimEntries);
        if (!_verb.Outcomes.Contains(parts[0]))
        {
            _problems.Add($"'{parts[0]}' is no outcome of {_verb.Word}; expected {AnswerForm}");
            return null;
        }

        if (parts.Length == 1)
            return new PlainAnswer(false, parts[0], null);
        if (_verb.ItemForm is not { } form || parts[0] != _verb.Success)
        {
            _problems.Add($"{parts[0]} of {_verb.Word} has no items; expected no colon after it");
            return null;
        }

        if (_verb.HasList && parts[1] == PlainAnswer.None)
            return new PlainAnswer(false, parts[0], PlainAnswer.None);
        var items = new List<string>();
        foreach (var item in _verb.HasList ? parts[1].Split(',', StringSplitOptions.TrimEntries) : [parts[1]])
        {
            if (ReadItem(item) is { } read)
                items.Add(read);
            else
                _problems.Add($"'{item}' is no item of {parts[0]}; expected {form}{(_verb.HasList ? "; or none for an empty list" : "")}");
        }

        return _problems.Count == 0 ? new PlainAnswer(false, parts[0], PlainAnswer.Join(items)) : null;
    }

    private PlainAnswer? ReadFault(string[] words)
    {
        var codes = Enum.GetNames<DamsFaultCode>();
        var field = words.ElementAtOrDefault(1);
        if (words.Length is 0 or > 2 || !codes.Contains(words[0]))
        {
            _problems.Add($"'{string.Join(' ', words)}' is no fault; expected fault CODE or fault CODE FIELD, and CODE is one of "
                + string.Join(", ", codes));
        }
        else if (field is not null && !s_fields.Contains(field))
            _problems.Add($"'{field}' is no field of a request; expected one of {string.Join(", ", s_fields)}");
        else
            return new PlainAnswer(true, words[0], field);
        return null;
    }

    /// <summary>Reads an item, and writes it as an answer has it.</summary>
    private string? ReadItem(string text) => (_verb.Word, text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) switch
    {
        ("list", [var id, var places]) when Id(id) is { } slot && Places().Match(places) is { Success: true } match =>
            $"{slot} {match.Value}",
        ("schedule", [var id, var type]) when Id(id) is { } slot && CallParser.TryType(type) is { } known => PlainAnswer.Item(slot, known),
        ("remove", [var patient, "to", var id]) when Patient(patient) is { } moved && (id == PlainAnswer.None || Id(id) is not null) =>
            PlainAnswer.Item(moved, Id(id)),
        ("cancel", [var type]) => CallParser.TryType(type)?.ToString(),
        _ => null,
    };

    private static string? Id(string text) =>
        AppointmentId.TryParse(text.ToUpperInvariant(), out var id) ? id.ToString() : null;

    private static string? Patient(string text) => PatientId.TryParse(text.ToUpperInvariant(), out var id) ? id.ToString() : null;

    [GeneratedRegex(@"^(?<count>[0-9]{1,5}) (?<answer>\D.*)$")]
    private static partial Regex Count();

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,6})/[1-9][0-9]{0,6}\z")]
    private static partial Regex Places();
}
