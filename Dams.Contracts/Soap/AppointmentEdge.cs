using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>
/// Turns the fields of a call into a canonical, permitted command. It checks the fields in order
/// (<see cref="DamsFaultCode.InvalidRequest"/>), then the caller's rights (<see cref="DamsFaultCode.NotPermitted"/>). Only this
/// class tolerates another letter case of ids and white space around them.
/// </summary>
public static class AppointmentEdge
{
    /// <summary>The most characters of a request id. It is a key of the replicated session table.</summary>
    public const int RequestIdLengthMax = 64;

    private const string CallerForm = "an administrator id like MTLA1234 or a patient id like MTLP1234";
    private const string PatientForm = "a patient id like MTLP1234";
    private const string AppointmentForm = "an appointment id: MTL, QUE or SHE, then M, A or E, then a real date ddMMyy";
    private const string TypeForm = "one of Physician, Surgeon, Dental";

    /// <summary>Reads and checks an AddAppointment.</summary>
    public static AddAppointment Add(
        string? callerId, string? appointmentId, AppointmentType appointmentType, int capacity, string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var slot = new Slot(Appointment("appointmentId", appointmentId, requestId), Type("appointmentType", appointmentType, requestId));
        if (capacity is < 1 or > AddAppointment.CapacityMax)
        {
            throw DamsFaults.InvalidRequest(
                "capacity", $"{capacity}", $"a whole number from 1 to {AddAppointment.CapacityMax}", OwnId(requestId));
        }

        CheckRequestId(requestId);
        RequireAdminOf(slot.Id.Hospital, caller, requestId);
        return new AddAppointment(caller, slot, capacity);
    }

    /// <summary>Reads and checks a RemoveAppointment.</summary>
    public static RemoveAppointment Remove(string? callerId, string? appointmentId, AppointmentType appointmentType, string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var slot = new Slot(Appointment("appointmentId", appointmentId, requestId), Type("appointmentType", appointmentType, requestId));
        CheckRequestId(requestId);
        RequireAdminOf(slot.Id.Hospital, caller, requestId);
        return new RemoveAppointment(caller, slot);
    }

    /// <summary>Reads and checks a ListAppointmentAvailability.</summary>
    public static ListAppointmentAvailability List(string? callerId, AppointmentType appointmentType, string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var type = Type("appointmentType", appointmentType, requestId);
        CheckRequestId(requestId);
        if (!caller.IsAdmin)
            throw DamsFaults.NotPermitted($"{caller} is not an administrator.", OwnId(requestId));
        return new ListAppointmentAvailability(caller, type);
    }

    /// <summary>Reads and checks a BookAppointment.</summary>
    public static BookAppointment Book(
        string? callerId, string? patientId, string? appointmentId, AppointmentType appointmentType, string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var patient = Patient(patientId, requestId);
        var slot = new Slot(Appointment("appointmentId", appointmentId, requestId), Type("appointmentType", appointmentType, requestId));
        CheckRequestId(requestId);
        RequireRightOver(patient, caller, requestId);
        return new BookAppointment(caller, patient, slot);
    }

    /// <summary>Reads and checks a GetAppointmentSchedule.</summary>
    public static GetAppointmentSchedule Schedule(string? callerId, string? patientId, string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var patient = Patient(patientId, requestId);
        CheckRequestId(requestId);
        RequireRightOver(patient, caller, requestId);
        return new GetAppointmentSchedule(caller, patient);
    }

    /// <summary>Reads and checks a CancelAppointment.</summary>
    public static CancelAppointment Cancel(string? callerId, string? patientId, string? appointmentId, string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var patient = Patient(patientId, requestId);
        var id = Appointment("appointmentId", appointmentId, requestId);
        CheckRequestId(requestId);
        RequireRightOver(patient, caller, requestId);
        return new CancelAppointment(caller, patient, id);
    }

    /// <summary>Reads and checks a SwapAppointment.</summary>
    public static SwapAppointment Swap(
        string? callerId,
        string? patientId,
        string? oldAppointmentId,
        AppointmentType oldAppointmentType,
        string? newAppointmentId,
        AppointmentType newAppointmentType,
        string? requestId)
    {
        var caller = Caller(callerId, requestId);
        var patient = Patient(patientId, requestId);
        var old = new Slot(
            Appointment("oldAppointmentId", oldAppointmentId, requestId), Type("oldAppointmentType", oldAppointmentType, requestId));
        var @new = new Slot(
            Appointment("newAppointmentId", newAppointmentId, requestId), Type("newAppointmentType", newAppointmentType, requestId));
        CheckRequestId(requestId);
        RequireRightOver(patient, caller, requestId);
        return new SwapAppointment(caller, patient, old, @new);
    }

    /// <summary>The client's own id as faults and executors carry it: null if it is absent, empty or too long.</summary>
    public static string? OwnId(string? requestId) =>
        string.IsNullOrEmpty(requestId) || requestId.Length > RequestIdLengthMax ? null : requestId;

    /// <summary>
    /// Trims the text, and converts a to z to upper case. Other letters stay as they are, even if some culture would convert them to A
    /// to Z.
    /// </summary>
    internal static string Canonical(string? text)
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

    private static CallerId Caller(string? text, string? requestId) => CallerId.TryParse(Canonical(text), out var id)
        ? id
        : throw DamsFaults.InvalidRequest("callerId", text, CallerForm, OwnId(requestId));

    private static PatientId Patient(string? text, string? requestId) => PatientId.TryParse(Canonical(text), out var id)
        ? id
        : throw DamsFaults.InvalidRequest("patientId", text, PatientForm, OwnId(requestId));

    private static AppointmentId Appointment(string field, string? text, string? requestId) =>
        AppointmentId.TryParse(Canonical(text), out var id)
            ? id
            : throw DamsFaults.InvalidRequest(field, text, AppointmentForm, OwnId(requestId));

    // A host that validates has rejected an unknown type already. Another host may bind a number.
    private static AppointmentType Type(string field, AppointmentType type, string? requestId) => type <= AppointmentType.Dental
        ? type
        : throw DamsFaults.InvalidRequest(field, $"{type}", TypeForm, OwnId(requestId));

    private static void CheckRequestId(string? requestId)
    {
        if (requestId is not null && requestId.Length > RequestIdLengthMax)
            throw DamsFaults.InvalidRequest("requestId", requestId, $"at most {RequestIdLengthMax} characters long");
    }

    private static void RequireAdminOf(Hospital hospital, CallerId caller, string? requestId)
    {
        if (!caller.IsAdmin)
            throw DamsFaults.NotPermitted($"{caller} is not an administrator.", OwnId(requestId));
        if (caller.Hospital != hospital)
            throw DamsFaults.NotPermitted($"{caller} may not change slots of {hospital}, only of {caller.Hospital}.", OwnId(requestId));
    }

    private static void RequireRightOver(PatientId patient, CallerId caller, string? requestId)
    {
        if (caller.IsAdmin && caller.Hospital != patient.Home)
            throw DamsFaults.NotPermitted($"{caller} may act for patients of {caller.Hospital} only.", OwnId(requestId));
        if (!caller.IsAdmin && caller.AsPatient != patient)
            throw DamsFaults.NotPermitted($"{caller} may act for {caller} only.", OwnId(requestId));
    }
}
