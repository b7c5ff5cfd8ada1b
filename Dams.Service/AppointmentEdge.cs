using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>
/// Turns the fields of a call into a canonical, permitted command. It checks the fields in order
/// (<see cref="DamsFaultCode.InvalidRequest"/>), then the caller's rights (<see cref="DamsFaultCode.NotPermitted"/>). Only this
/// class tolerates another letter case of ids and white space around them.
/// </summary>
internal static class AppointmentEdge
{
    private const string CallerForm = "an administrator id like MTLA1234 or a patient id like MTLP1234";
    private const string PatientForm = "a patient id like MTLP1234";
    private const string AppointmentForm = "an appointment id: MTL, QUE or SHE, then M, A or E, then a real date ddMMyy";
    private const string TypeForm = "one of Physician, Surgeon, Dental";

    public static AddAppointment Add(AddAppointmentRequest request)
    {
        var caller = Caller(request);
        var slot = SlotOf(request, request.AppointmentId, request.AppointmentType);
        if (request.Capacity is < 1 or > AddAppointment.CapacityMax)
        {
            throw DamsFaults.InvalidRequest(
                "capacity", $"{request.Capacity}", $"a whole number from 1 to {AddAppointment.CapacityMax}", request.OwnId);
        }

        CheckRequestId(request);
        RequireAdminOf(slot.Id.Hospital, caller, request);
        return new AddAppointment(caller, slot, request.Capacity);
    }

    public static RemoveAppointment Remove(RemoveAppointmentRequest request)
    {
        var caller = Caller(request);
        var slot = SlotOf(request, request.AppointmentId, request.AppointmentType);
        CheckRequestId(request);
        RequireAdminOf(slot.Id.Hospital, caller, request);
        return new RemoveAppointment(caller, slot);
    }

    public static ListAppointmentAvailability List(ListAppointmentAvailabilityRequest request)
    {
        var caller = Caller(request);
        var type = Type(request, "appointmentType", request.AppointmentType);
        CheckRequestId(request);
        if (!caller.IsAdmin)
            throw DamsFaults.NotPermitted($"{caller} is not an administrator.", request.OwnId);
        return new ListAppointmentAvailability(caller, type);
    }

    public static BookAppointment Book(BookAppointmentRequest request)
    {
        var caller = Caller(request);
        var patient = Patient(request, request.PatientId);
        var slot = SlotOf(request, request.AppointmentId, request.AppointmentType);
        CheckRequestId(request);
        RequireRightOver(patient, caller, request);
        return new BookAppointment(caller, patient, slot);
    }

    public static GetAppointmentSchedule Schedule(GetAppointmentScheduleRequest request)
    {
        var caller = Caller(request);
        var patient = Patient(request, request.PatientId);
        CheckRequestId(request);
        RequireRightOver(patient, caller, request);
        return new GetAppointmentSchedule(caller, patient);
    }

    public static CancelAppointment Cancel(CancelAppointmentRequest request)
    {
        var caller = Caller(request);
        var patient = Patient(request, request.PatientId);
        var id = Appointment(request, "appointmentId", request.AppointmentId);
        CheckRequestId(request);
        RequireRightOver(patient, caller, request);
        return new CancelAppointment(caller, patient, id);
    }

    public static SwapAppointment Swap(SwapAppointmentRequest request)
    {
        var caller = Caller(request);
        var patient = Patient(request, request.PatientId);
        var old = new Slot(
            Appointment(request, "oldAppointmentId", request.OldAppointmentId),
            Type(request, "oldAppointmentType", request.OldAppointmentType));
        var @new = new Slot(
            Appointment(request, "newAppointmentId", request.NewAppointmentId),
            Type(request, "newAppointmentType", request.NewAppointmentType));
        CheckRequestId(request);
        RequireRightOver(patient, caller, request);
        return new SwapAppointment(caller, patient, old, @new);
    }

    /// <summary>The client's own id as faults and executors carry it: null if it is absent, empty, too long or no text.</summary>
    public static string? OwnId(string? requestId) =>
        string.IsNullOrEmpty(requestId) || RequestIdText.IsTooLong(requestId) || !XmlText.IsAllowed(requestId) ? null : requestId;

    /// <summary>
    /// Trims the text, and converts a to z to upper case. Other letters stay as they are, even if some culture would convert them to A
    /// to Z.
    /// </summary>
    public static string Canonical(string? text)
    {
        var trimmed = (text ?? "").Trim();
        foreach (var c in trimmed)
        {
            if (char.IsAsciiLetterLower(c))
                return string.Create(trimmed.Length, trimmed, static (span, from) =>
                {
                    for (var i = 0; i < span.Length; i++)
                        span[i] = char.IsAsciiLetterLower(from[i]) ? (char)(from[i] - 'a' + 'A') : from[i];
                });
        }

        return trimmed;
    }

    private static CallerId Caller(AppointmentRequest request) => CallerId.TryParse(Canonical(request.CallerId), out var id)
        ? id
        : throw DamsFaults.InvalidRequest("callerId", request.CallerId, CallerForm, request.OwnId);

    private static PatientId Patient(AppointmentRequest request, string? text) => PatientId.TryParse(Canonical(text), out var id)
        ? id
        : throw DamsFaults.InvalidRequest("patientId", text, PatientForm, request.OwnId);

    private static Slot SlotOf(AppointmentRequest request, string? id, AppointmentType type) =>
        new(Appointment(request, "appointmentId", id), Type(request, "appointmentType", type));

    private static AppointmentId Appointment(AppointmentRequest request, string field, string? text) =>
        AppointmentId.TryParse(Canonical(text), out var id)
            ? id
            : throw DamsFaults.InvalidRequest(field, text, AppointmentForm, request.OwnId);

    // A host that validates has rejected an unknown type already. Another host may bind a number.
    private static AppointmentType Type(AppointmentRequest request, string field, AppointmentType type) => type <= AppointmentType.Dental
        ? type
        : throw DamsFaults.InvalidRequest(field, $"{type}", TypeForm, request.OwnId);

    private static void CheckRequestId(AppointmentRequest request)
    {
        if (request.RequestId is not { } id)
            return;
        if (RequestIdText.IsTooLong(id))
            throw DamsFaults.InvalidRequest("requestId", id, $"at most {RequestIdText.CharactersMax} characters long");

        // UTF-8 can't tell two halves of surrogate pairs apart, so two requests would have one key. Text from XML has no such half.
        if (!XmlText.IsAllowed(id))
            throw DamsFaults.InvalidRequest("requestId", id, "a text that XML can carry");
    }

    private static void RequireAdminOf(Hospital hospital, CallerId caller, AppointmentRequest request)
    {
        if (!caller.IsAdmin)
            throw DamsFaults.NotPermitted($"{caller} is not an administrator.", request.OwnId);
        if (caller.Hospital != hospital)
            throw DamsFaults.NotPermitted($"{caller} may not change slots of {hospital}, only of {caller.Hospital}.", request.OwnId);
    }

    private static void RequireRightOver(PatientId patient, CallerId caller, AppointmentRequest request)
    {
        if (caller.IsAdmin && caller.Hospital != patient.Home)
            throw DamsFaults.NotPermitted($"{caller} may act for patients of {caller.Hospital} only.", request.OwnId);
        if (!caller.IsAdmin && caller.AsPatient != patient)
            throw DamsFaults.NotPermitted($"{caller} may act for {caller} only.", request.OwnId);
    }
}
