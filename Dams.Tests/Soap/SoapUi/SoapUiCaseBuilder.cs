using System.Security;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>
/// Makes a test case from calls. It remembers which slots and bookings the calls name. The case removes them before its first call and
/// after its last one, so that it can run again, whatever an interrupted run has left behind.
/// </summary>
/// <param name="name">The name of the case.</param>
/// <param name="version">The SOAP version of its requests.</param>
/// <param name="caller">The caller of every request; null for the patient, or for an administrator of the slot's hospital.</param>
internal sealed class SoapUiCaseBuilder(string name, string version, string? caller = null)
{
    public const string OutcomePath = "//v1:result/v1:outcome/text()";
    public const string CodePath = "//v1:DamsFault/v1:code/text()";
    private readonly List<SoapUiStep> _steps = [];
    private readonly List<(string Id, string Type)> _slots = [];
    private readonly List<(string Patient, string Id)> _bookings = [];

    public SoapUiCaseBuilder Adds(string id, string type, int capacity = 1, string outcome = "Added", string? requestId = null)
    {
        Remember(_slots, (id, type));
        return Answered("AddAppointment", outcome, [],
            [("callerId", AdminOf(id)), ("appointmentId", id), ("appointmentType", type), ("capacity", $"{capacity}"),
                .. Optional("requestId", requestId)]);
    }

    public SoapUiCaseBuilder Removes(string id, string type, string outcome, params SoapUiAssertion[] more)
    {
        Remember(_slots, (id, type));
        return Answered("RemoveAppointment", outcome, more,
            [("callerId", AdminOf(id)), ("appointmentId", id), ("appointmentType", type)]);
    }

    public SoapUiCaseBuilder Lists(string admin, string type, params SoapUiAssertion[] more) =>
        Answered("ListAppointmentAvailability", "Listed", more, [("callerId", admin), ("appointmentType", type)]);

    public SoapUiCaseBuilder Books(string patient, string id, string type, string outcome = "Booked")
    {
        Remember(_bookings, (patient, id));
        return Answered("BookAppointment", outcome, [],
            [("callerId", caller ?? patient), ("patientId", patient), ("appointmentId", id), ("appointmentType", type)]);
    }

    public SoapUiCaseBuilder Schedules(string patient, params SoapUiAssertion[] more) =>
        Answered("GetAppointmentSchedule", "Scheduled", more, [("callerId", caller ?? patient), ("patientId", patient)]);

    public SoapUiCaseBuilder Cancels(string patient, string id, string outcome, params SoapUiAssertion[] more)
    {
        Remember(_bookings, (patient, id));
        return Answered("CancelAppointment", outcome, more,
            [("callerId", caller ?? patient), ("patientId", patient), ("appointmentId", id)]);
    }

    public SoapUiCaseBuilder Swaps(string patient, string old, string oldType, string @new, string newType, string outcome)
    {
        Remember(_bookings, (patient, old));
        Remember(_bookings, (patient, @new));
        return Answered("SwapAppointment", outcome, [],
            [("callerId", caller ?? patient), ("patientId", patient), ("oldAppointmentId", old), ("oldAppointmentType", oldType),
                ("newAppointmentId", @new), ("newAppointmentType", newType)]);
    }

    /// <summary>A request that gets a fault with a detail.</summary>
    /// <param name="code">The code of the detail.</param>
    /// <param name="operation">The operation, which gives the SOAPAction.</param>
    /// <param name="envelope">The text of the request.</param>
    /// <param name="more">Further assertions.</param>
    public SoapUiCaseBuilder Refused(string code, string operation, string envelope, params SoapUiAssertion[] more) =>
        Step(operation, envelope,
        [
            SoapUiAssertion.Response,
            SoapUiAssertion.Fault,
            SoapUiAssertion.Status("500"),
            SidePath("the caller's mistake", version == "1.1" ? "Client" : "Sender"),
            SoapUiAssertion.Path("code", CodePath, code),
            SoapUiAssertion.Path("execution", "//v1:DamsFault/v1:execution/text()", "NotExecuted"),
            .. more,
        ]);

    /// <summary>A request that gets one of SOAP's own faults, which has no detail.</summary>
    /// <param name="code">The fault code.</param>
    /// <param name="envelope">The text of the request.</param>
    public SoapUiCaseBuilder RefusedBySoap(string code, string envelope) => Step("AddAppointment", envelope,
        SoapUiAssertion.Response,
        SoapUiAssertion.Fault,
        SoapUiAssertion.Status("500"),
        SoapUiAssertion.Contains($":{code}<"),
        SoapUiAssertion.Lacks("DamsFault"));

    /// <summary>The case without cleaning.</summary>
    public SoapUiCase Bare() => new(name, _steps);

    /// <summary>The case with its cleaning before and after.</summary>
    public SoapUiCase Build() => new(name, [.. Clean("clean before"), .. _steps, .. Clean("clean after")]);

    /// <summary>An envelope around a request.</summary>
    /// <param name="version">The SOAP version.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="fields">The elements in their order.</param>
    /// <param name="header">The content of the header; empty for none.</param>
    public static string Envelope(
        string version, string operation, IEnumerable<(string Name, string Value)> fields, string header = "") =>
        string.Join('\n',
        [
            $"<soap:Envelope xmlns:soap=\"{(version == "1.1" ? SoapMessage.Soap11 : SoapMessage.Soap12)}\" xmlns:v1=\"{SoapMessage.V1}\">",
            header.Length == 0 ? "   <soap:Header/>" : $"   <soap:Header>{header}</soap:Header>",
            "   <soap:Body>",
            $"      <v1:{operation}>",
            .. fields.Select(field => $"         <v1:{field.Name}>{SecurityElement.Escape(field.Value)}</v1:{field.Name}>"),
            $"      </v1:{operation}>",
            "   </soap:Body>",
            "</soap:Envelope>",
        ]);

    private SoapUiCaseBuilder Answered(
        string operation, string outcome, IEnumerable<SoapUiAssertion> more, IReadOnlyList<(string, string)> fields) =>
        Step(operation, Envelope(version, operation, fields),
            [.. Answers, SoapUiAssertion.Path("outcome", OutcomePath, outcome), .. more]);

    private SoapUiCaseBuilder Step(string operation, string envelope, params SoapUiAssertion[] assertions)
    {
        _steps.Add(new SoapUiStep($"{_steps.Count + 1} {operation}", version, operation, envelope, assertions));
        return this;
    }

    // Bookings go first: the removal of a slot would move its patients to later slots, which may be somebody else's.
    private IEnumerable<SoapUiStep> Clean(string prefix)
    {
        var count = 0;
        foreach (var (patient, id) in _bookings)
            yield return Cleaning("CancelAppointment", ("callerId", caller ?? patient), ("patientId", patient), ("appointmentId", id));
        foreach (var (id, type) in _slots)
            yield return Cleaning("RemoveAppointment", ("callerId", AdminOf(id)), ("appointmentId", id), ("appointmentType", type));

        SoapUiStep Cleaning(string operation, params (string, string)[] fields) =>
            new($"{prefix}, {++count} {operation}", version, operation, Envelope(version, operation, fields), [SoapUiAssertion.NoFault]);
    }

    private static IReadOnlyList<SoapUiAssertion> Answers =>
        [SoapUiAssertion.Response, SoapUiAssertion.NoFault, SoapUiAssertion.Schema, SoapUiAssertion.Status("200")];

    private SoapUiAssertion SidePath(string title, string side) => SoapUiAssertion.Path(
        title, version == "1.1" ? "substring-after(//faultcode, ':')" : "substring-after(//s12:Code/s12:Value, ':')", side);

    private string AdminOf(string id) => caller ?? $"{id[..3]}A9900";

    private static IEnumerable<(string, string)> Optional(string name, string? value) => value is null ? [] : [(name, value)];

    private static void Remember<T>(List<T> list, T item)
    {
        if (!list.Contains(item))
            list.Add(item);
    }
}
