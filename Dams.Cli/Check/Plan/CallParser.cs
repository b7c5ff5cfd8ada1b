using System.Globalization;
using System.Text.RegularExpressions;
using Dams.Contracts.Domain;

namespace Dams.Cli.Check.Plan;

/// <summary>Reads the values of a call: those of the tool's command of the same name.</summary>
internal sealed partial class CallParser
{
    private const string CallerForm = "an administrator such as MTLA1234, or a patient such as MTLP1234";
    private const string AdminForm = "an administrator: MTL, QUE or SHE, then A, then four digits";
    private const string PatientForm = "a patient: MTL, QUE or SHE, then P, then four digits";
    private const string IdForm = "an appointment: MTL, QUE or SHE, then M, A or E, then a date ddMMyy";

    private readonly CallVerb _verb;
    private readonly bool _areIdsFree;
    private readonly List<string> _problems;

    private CallParser(CallVerb verb, bool areIdsFree, List<string> problems) =>
        (_verb, _areIdsFree, _problems) = (verb, areIdsFree, problems);

    /// <summary>Reads the values of one call, or of several that differ in a number.</summary>
    /// <param name="verb">The word before the values.</param>
    /// <param name="text">The values.</param>
    /// <param name="count">How many calls the line stands for; null if it has no number.</param>
    /// <param name="areIdsFree">Whether ids may be malformed, because the service is to reject them.</param>
    /// <param name="problems">Gets a sentence for each mistake.</param>
    public static IReadOnlyList<ScenarioCall> Read(CallVerb verb, string text, int? count, bool areIdsFree, List<string> problems)
    {
        var before = problems.Count;
        foreach (var place in Places().Matches(text).Select(match => match.Value).Distinct())
        {
            var digits = place.Length - 2;
            if (count is null)
                problems.Add($"{place} stands for the number of the call: use it only after together, and or times");
            else if (count >= Math.Pow(10, digits))
                problems.Add($"{place} has room for {digits} digit{(digits == 1 ? "" : "s")}, and there are {count} calls: write more n");
        }

        if (problems.Count > before)
            return [];
        var calls = new List<ScenarioCall>();
        for (var number = 1; number <= (count ?? 1); number++)
        {
            var words = Places().Replace(
                text, match => number.ToString(CultureInfo.InvariantCulture).PadLeft(match.Length - 2, '0')).Split(' ');
            var parser = new CallParser(verb, areIdsFree, problems);
            // The calls of a line have the same mistakes, so the first one is enough.
            if (parser.Read([.. words.Where(word => word.Length > 0)]) is not { } call || problems.Count > before)
                return [];
            calls.Add(call);
        }

        return calls;
    }

    private ScenarioCall? Read(List<string> words)
    {
        var caller = TakeCaller(words);
        if (words.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal)) is { } option)
            _problems.Add($"'{option}' can't stand here; expected {_verb.Form}");
        else if (words.Count != _verb.Values)
            _problems.Add($"{_verb.Word} has {words.Count} of {_verb.Values} values; expected {_verb.Form}");
        else
            return Read(words, caller ?? (_verb.IsForAdmins ? Missing() : null));
        return null;
    }

    private ScenarioCall Read(List<string> words, string? caller) =>
        (_verb.Word, words) switch
        {
            ("add", [var id, var type, var capacity]) => new AddCall(caller!, SlotOf(id, type), Capacity(capacity)),
            ("remove", [var id, var type]) => new RemoveCall(caller!, SlotOf(id, type)),
            ("list", [var type]) => new ListCall(caller!, TypeOf(type)),
            ("book", [var patient, var id, var type]) => new BookCall(caller ?? Patient(patient), Patient(patient), SlotOf(id, type)),
            ("schedule", [var patient]) => new ScheduleCall(caller ?? Patient(patient), Patient(patient)),
            ("cancel", [var patient, var id]) => new CancelCall(caller ?? Patient(patient), Patient(patient), Id(id)),
            ("swap", [var patient, var id, var type, var newId, var newType]) =>
                new SwapCall(caller ?? Patient(patient), Patient(patient), SlotOf(id, type), SlotOf(newId, newType)),
            _ => throw new ArgumentException($"{_verb.Word} has no case", nameof(words)),
        };

    private string Missing()
    {
        Add($"{_verb.Word} needs a caller: add --as and {AdminForm}");
        return "";
    }

    private string? TakeCaller(List<string> words)
    {
        var place = words.IndexOf("--as");
        if (place < 0)
            return null;
        if (place + 1 == words.Count)
        {
            words.RemoveAt(place);
            Add($"--as has no value; expected {CallerForm}");
            return "";
        }

        var text = words[place + 1];
        words.RemoveRange(place, 2);
        return Checked(text, CallerId.TryParse(text.ToUpperInvariant(), out _), "a caller", CallerForm);
    }

    private string Patient(string text) => Checked(text, PatientId.TryParse(text.ToUpperInvariant(), out _), "a patient", PatientForm);

    private string Id(string text) => Checked(text, AppointmentId.TryParse(text.ToUpperInvariant(), out _), "an appointment", IdForm);

    private WrittenSlot SlotOf(string id, string type) => new(Id(id), TypeOf(type));

    private AppointmentType TypeOf(string text)
    {
        if (TryType(text) is { } type)
            return type;
        Add($"'{text}' is no type; expected one of {string.Join(", ", Enum.GetNames<AppointmentType>())}");
        return default;
    }

    /// <summary>Reads a type in any letter case. The framework alone would take numbers, too.</summary>
    public static AppointmentType? TryType(string text)
    {
        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            if (string.Equals(type.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return type;
        }

        return null;
    }

    private int Capacity(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var capacity)
            && (_areIdsFree || capacity is >= 1 and <= AddAppointment.CapacityMax))
            return capacity;
        Add($"the capacity is '{text}'; expected 1 to {AddAppointment.CapacityMax}");
        return 0;
    }

    private string Checked(string text, bool isRight, string what, string form)
    {
        if (isRight)
            return text.ToUpperInvariant();
        if (!_areIdsFree)
            Add($"'{text}' is not {what}; expected {form}");
        return text;
    }

    // A value may be read twice.
    private void Add(string problem)
    {
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    [GeneratedRegex(@"\{n+\}")]
    private static partial Regex Places();
}
