using System.Globalization;
using Dams.Contracts.Domain;

namespace Dams.Tests.Engines.Script;

/// <summary>
/// The language of the conformance scripts. A failing random test prints it, too. Each line is one call:
/// <code>
/// MTLA0001 adds Dental MTLM010125 x2                                 -> Added
/// MTLA0001 removes Dental MTLM010125                                 -> Removed: MTLP0001 to MTLA010125, MTLP0002 to none
/// MTLA0001 lists Dental                                              -> Listed: MTLM010125 1/2, QUEM010125 0/1
/// MTLP0001 books Dental MTLM010125                                   -> Booked
/// MTLA0001 books Dental MTLM010125 for MTLP0001                      -> Booked
/// MTLP0001 asks                                                      -> Scheduled: Dental MTLM010125, Surgeon QUEE020125
/// MTLP0001 cancels MTLM010125                                        -> Cancelled Dental
/// MTLP0001 swaps Dental MTLM010125 to Surgeon QUEM010125             -> Swapped
/// look at Dental MTLM010125                                          -> 1/2: MTLP0001
/// look at Dental MTLM010125                                          -> none
/// </code>
/// A list and a look show places left / capacity. A look also shows the holders in booking order. An administrator names the patient
/// with "for". A call without an arrow is a preparation: it must succeed. "none" stands for an empty list. # begins a comment.
/// </summary>
internal static class ScriptParser
{
    private static readonly string[] Arrow = ["->"];

    /// <summary>Reads one line that is neither empty nor a comment.</summary>
    public static ScriptLine Parse(string line)
    {
        var parts = line.Split('#')[0].Split(Arrow, 2, StringSplitOptions.TrimEntries);
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var expected = parts.Length == 2 ? string.Join(' ', parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)) : null;
        var text = string.Join(' ', words);
        if (words is ["look", "at", var type, var id])
        {
            return new ScriptLine(
                text, null, SlotOf(type, id), expected ?? throw new FormatException($"a look needs an expectation after ->: {line}"));
        }

        return new ScriptLine(text, ParseCommand(words), null, expected);
    }

    /// <summary>Reads a call.</summary>
    public static Command ParseCommand(params string[] words)
    {
        if (words.Length == 0 || !CallerId.TryParse(words[0], out var caller))
            throw new FormatException($"the line does not begin with a caller: {string.Join(' ', words)}");
        return words[1..] switch
        {
            ["adds", var type, var id, ['x', .. var capacity]] =>
                new AddAppointment(caller, SlotOf(type, id), int.Parse(capacity, CultureInfo.InvariantCulture)),
            ["removes", var type, var id] => new RemoveAppointment(caller, SlotOf(type, id)),
            ["lists", var type] => new ListAppointmentAvailability(caller, TypeOf(type)),
            ["books", var type, var id, .. var whom] => new BookAppointment(caller, PatientOf(caller, whom), SlotOf(type, id)),
            ["asks", .. var whom] => new GetAppointmentSchedule(caller, PatientOf(caller, whom)),
            ["cancels", var id, .. var whom] => new CancelAppointment(caller, PatientOf(caller, whom), IdOf(id)),
            ["swaps", var type, var id, "to", var newType, var newId, .. var whom] =>
                new SwapAppointment(caller, PatientOf(caller, whom), SlotOf(type, id), SlotOf(newType, newId)),
            _ => throw new FormatException($"not a call: {string.Join(' ', words)}"),
        };
    }

    private static PatientId PatientOf(CallerId caller, string[] whom) => whom switch
    {
        [] when !caller.IsAdmin => caller.AsPatient,
        ["for", var text] when PatientId.TryParse(text, out var patient) => patient,
        _ => throw new FormatException($"the call of {caller} names no valid patient"),
    };

    private static Slot SlotOf(string type, string id) => new(IdOf(id), TypeOf(type));

    private static AppointmentId IdOf(string text) =>
        AppointmentId.TryParse(text, out var id) ? id : throw new FormatException($"not an appointment id: {text}");

    private static AppointmentType TypeOf(string text) => text switch
    {
        "Physician" => AppointmentType.Physician,
        "Surgeon" => AppointmentType.Surgeon,
        "Dental" => AppointmentType.Dental,
        _ => throw new FormatException($"not a type: {text}"),
    };
}
