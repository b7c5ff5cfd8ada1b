using System.Globalization;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>A case for each fault that a client can provoke. None of these requests has an effect, but those of the request id.</summary>
internal static class FaultSuite
{
    private const string Admin = "MTLA1234";
    private const string Patient = "MTLP1234";
    private const string Slot = "MTLE210422";

    private static readonly (string, string)[] s_add =
        [("callerId", Admin), ("appointmentId", Slot), ("appointmentType", "Physician"), ("capacity", "2")];

    private static readonly (string, string)[] s_book =
        [("callerId", Patient), ("patientId", Patient), ("appointmentId", Slot), ("appointmentType", "Physician")];

    private static readonly (string, string)[] s_swap =
    [
        ("callerId", Patient), ("patientId", Patient), ("oldAppointmentId", Slot), ("oldAppointmentType", "Physician"),
        ("newAppointmentId", "MTLM210422"), ("newAppointmentType", "Physician"),
    ];

    public static SoapUiSuite Of(string version) => new(
        $"Faults, SOAP {version}",
        "A case for each fault that a client can provoke on a healthy cluster. The requests of all cases but RequestIdReused have no "
        + "effect, and that case removes what it has added.",
        [.. InvalidFields(version), .. InvalidMessages(version), .. SoapFaults(version), .. NotPermitted(version), Reused(version)]);

    private static IEnumerable<SoapUiCase> InvalidFields(string version)
    {
        yield return Field("caller", "AddAppointment", s_add, "callerId", "nobody");
        yield return Field("empty caller", "AddAppointment", s_add, "callerId", "");
        yield return Field("patient", "BookAppointment", s_book, "patientId", "MTLA1234");
        yield return Field("appointment", "BookAppointment", s_book, "appointmentId", "MTLX210422");
        yield return Field("date that does not exist", "AddAppointment", s_add, "appointmentId", "MTLE310222");
        yield return Field("old appointment of a swap", "SwapAppointment", s_swap, "oldAppointmentId", "ABCE210422");
        yield return Field("new appointment of a swap", "SwapAppointment", s_swap, "newAppointmentId", "MTLE21042");
        yield return Field("type", "AddAppointment", s_add, "appointmentType", "Nurse");
        yield return Field("type in another letter case", "BookAppointment", s_book, "appointmentType", "physician");
        yield return Field("old type of a swap", "SwapAppointment", s_swap, "oldAppointmentType", "Nurse");
        yield return Field("new type of a swap", "SwapAppointment", s_swap, "newAppointmentType", "");
        yield return Field("capacity of zero", "AddAppointment", s_add, "capacity", "0");
        yield return Field("capacity above the limit", "AddAppointment", s_add, "capacity", "1000001");
        yield return Field("capacity that is no number", "AddAppointment", s_add, "capacity", "two");
        yield return Field("request id", "AddAppointment", [.. s_add, ("requestId", "")], "requestId", new string('x', 65));

        SoapUiCase Field(string what, string operation, (string Name, string Value)[] fields, string field, string value) =>
            Case(version, $"InvalidRequest: {what}").Refused(
                "InvalidRequest",
                operation,
                Envelope(version, operation, fields.Select(each => each.Name == field ? (field, value) : each)),
                FieldIs(field)).Bare();
    }

    private static IEnumerable<SoapUiCase> InvalidMessages(string version)
    {
        yield return Message("missing element", "AddAppointment", Envelope(version, "AddAppointment", s_add[..3]), FieldIs("capacity"));
        yield return Message("elements out of order", "GetAppointmentSchedule",
            Envelope(version, "GetAppointmentSchedule", [("patientId", Patient), ("callerId", Patient)]), FieldIs("callerId"));
        yield return Message("unknown element", "AddAppointment",
            Envelope(version, "AddAppointment", [.. s_add, ("color", "green")]), FieldIs("color"));
        yield return Message("element twice", "AddAppointment",
            Envelope(version, "AddAppointment", [s_add[0], s_add[0], .. s_add[1..]]));
        yield return Message("not well-formed", "AddAppointment",
            Envelope(version, "AddAppointment", s_add).Replace("</v1:callerId>", "", StringComparison.Ordinal),
            SoapUiAssertion.Contains("line"));
        yield return Message("document type declaration", "AddAppointment",
            "<!DOCTYPE x [<!ENTITY e \"MTLA1234\">]>\n" + Envelope(version, "AddAppointment", s_add));
        yield return Message("action of another operation", "BookAppointment", Envelope(version, "AddAppointment", s_add));
        yield return Message("unknown operation", "AddAppointment",
            Envelope(version, "DropAppointments", []), FieldIs("DropAppointments"));

        SoapUiCase Message(string what, string operation, string envelope, params SoapUiAssertion[] more) =>
            Case(version, $"InvalidRequest: {what}").Refused("InvalidRequest", operation, envelope, more).Bare();
    }

    // A SOAP 1.1 message gets VersionMismatch where SOAP 1.2 is expected, and the other way round.
    private static IEnumerable<SoapUiCase> SoapFaults(string version)
    {
        const string header = "<t:Transaction xmlns:t=\"http://example.org/t\" soap:mustUnderstand=\"1\"/>";
        yield return Case(version, "MustUnderstand").RefusedBySoap(
            "MustUnderstand", SoapUiCaseBuilder.Envelope(version, "AddAppointment", s_add, header)).Bare();
        yield return Case(version, "VersionMismatch").RefusedBySoap(
            "VersionMismatch", Envelope(version == "1.1" ? "1.2" : "1.1", "AddAppointment", s_add)).Bare();
    }

    private static IEnumerable<SoapUiCase> NotPermitted(string version)
    {
        yield return Denied("patient adds", "AddAppointment", [("callerId", Patient), .. s_add[1..]]);
        yield return Denied("administrator of another hospital adds", "AddAppointment", [("callerId", "QUEA1234"), .. s_add[1..]]);
        yield return Denied("administrator of another hospital removes", "RemoveAppointment", [("callerId", "QUEA1234"), .. s_add[1..3]]);
        yield return Denied("patient lists", "ListAppointmentAvailability", [("callerId", Patient), ("appointmentType", "Dental")]);
        yield return Denied("patient books for another", "BookAppointment",
            [("callerId", Patient), ("patientId", "MTLP4321"), .. s_book[2..]]);
        yield return Denied("administrator asks for a patient of another home", "GetAppointmentSchedule",
            [("callerId", Admin), ("patientId", "QUEP1234")]);
        yield return Denied("patient cancels for another", "CancelAppointment",
            [("callerId", Patient), ("patientId", "MTLP4321"), ("appointmentId", Slot)]);
        yield return Denied("patient swaps for another", "SwapAppointment",
            [("callerId", Patient), ("patientId", "MTLP4321"), .. s_swap[2..]]);

        SoapUiCase Denied(string what, string operation, (string, string)[] fields) => Case(version, $"NotPermitted: {what}")
            .Refused("NotPermitted", operation, Envelope(version, operation, fields), SoapUiAssertion.Contains(fields[0].Item2)).Bare();
    }

    private static SoapUiCase Reused(string version)
    {
        const string id = "SHEM170398";
        const string requestId = "soapui-reused";
        string Add(int capacity) => Envelope(version, "AddAppointment",
        [
            ("callerId", "SHEA9900"), ("appointmentId", id), ("appointmentType", "Dental"),
            ("capacity", capacity.ToString(CultureInfo.InvariantCulture)), ("requestId", requestId),
        ]);

        return Case(version, "RequestIdReused")
            .Adds(id, "Dental", 1, requestId: requestId)
            .Refused("RequestIdReused", "AddAppointment", Add(2),
                SoapUiAssertion.Path("request id", "//v1:DamsFault/v1:requestId/text()", requestId))
            .Build();
    }

    private static SoapUiCaseBuilder Case(string version, string name) => new(name, version);

    private static string Envelope(string version, string operation, IEnumerable<(string, string)> fields) =>
        SoapUiCaseBuilder.Envelope(version, operation, fields);

    private static SoapUiAssertion FieldIs(string field) => SoapUiAssertion.Path("field", "//v1:DamsFault/v1:field/text()", field);
}
