using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>
/// One small story in samples, for people: parameter values for requests, and the answers that the service gives to them. The help page
/// shows them. A test plays the story and compares.
/// </summary>
public static class SoapSamples
{
    private const string Administrator = "MTLA1234";
    private const string Patient = "MTLP1234";
    private const string Evening = "MTLE210422";
    private const string Morning = "MTLM210422";

    /// <summary>Values of the appointment contract, by parameter name.</summary>
    public static IReadOnlyDictionary<string, string> AppointmentValues { get; } = new Dictionary<string, string>
    {
        ["callerId"] = Administrator,
        ["patientId"] = Patient,
        ["appointmentId"] = Evening,
        ["appointmentType"] = nameof(AppointmentType.Physician),
        ["capacity"] = "2",
        ["oldAppointmentId"] = Evening,
        ["oldAppointmentType"] = nameof(AppointmentType.Physician),
        ["newAppointmentId"] = Morning,
        ["newAppointmentType"] = nameof(AppointmentType.Physician),
    };

    /// <summary>Answers of the appointment contract, by operation.</summary>
    public static IReadOnlyDictionary<string, object> AppointmentAnswers { get; } = new Dictionary<string, object>
    {
        ["AddAppointment"] = new AddAppointmentResult
        {
            Outcome = AddOutcome.Added,
            Message = "Physician MTLE210422 is open with 2 places.",
            Sequence = 1,
        },
        ["BookAppointment"] = new BookAppointmentResult
        {
            Outcome = BookOutcome.Booked,
            Message = "Physician MTLE210422 is booked for MTLP1234.",
            Sequence = 3,
        },
        ["ListAppointmentAvailability"] = new ListAppointmentAvailabilityResult
        {
            Outcome = ListOutcome.Listed,
            Message = "2 Physician appointments.",
            Sequence = 4,
            Slots =
            [
                new SlotItem { AppointmentId = Morning, AppointmentType = AppointmentType.Physician, Capacity = 2, Remaining = 2 },
                new SlotItem { AppointmentId = Evening, AppointmentType = AppointmentType.Physician, Capacity = 2, Remaining = 1 },
            ],
        },
        ["GetAppointmentSchedule"] = new GetAppointmentScheduleResult
        {
            Outcome = ScheduleOutcome.Scheduled,
            Message = "MTLP1234 has 1 booking.",
            Sequence = 5,
            Bookings = [new BookingItem { AppointmentId = Evening, AppointmentType = AppointmentType.Physician }],
        },
        ["CancelAppointment"] = new CancelAppointmentResult
        {
            Outcome = CancelOutcome.Cancelled,
            Message = "MTLE210422 is cancelled for MTLP1234.",
            Sequence = 6,
            AppointmentType = AppointmentType.Physician,
            AppointmentTypeSpecified = true,
        },
        ["SwapAppointment"] = new SwapAppointmentResult
        {
            Outcome = SwapOutcome.Swapped,
            Message = "Physician MTLE210422 is exchanged for Physician MTLM210422 for MTLP1234.",
            Sequence = 8,
        },
        ["RemoveAppointment"] = new RemoveAppointmentResult
        {
            Outcome = RemoveOutcome.Removed,
            Message = "Physician MTLE210422 is removed; 1 of 1 patients moved to a later appointment.",
            Sequence = 12,
            Relocations = [new RelocationItem { PatientId = "MTLP4321", NewAppointmentId = "MTLM220422" }],
        },
    };

    /// <summary>Values of the original system's contract, by operation and parameter name.</summary>
    public static IReadOnlyDictionary<string, string> FrontEndValues { get; } = new Dictionary<string, string>
    {
        ["receiveRequestFromClient.arg0"] = Administrator,
        ["receiveRequestFromClient.arg1"] = nameof(AppointmentType.Physician),
        ["receiveRequestFromClient.arg2"] = Evening,
        ["receiveRequestFromClient.arg3"] = "2",
        ["receiveRequestFromClient.arg4"] = "",
        ["receiveRequestFromClient.arg5"] = "1",
        ["receiveRequestForSwap.arg0"] = Administrator,
        ["receiveRequestForSwap.arg1"] = nameof(AppointmentType.Physician),
        ["receiveRequestForSwap.arg2"] = Evening,
        ["receiveRequestForSwap.arg3"] = nameof(AppointmentType.Physician),
        ["receiveRequestForSwap.arg4"] = Morning,
        ["receiveRequestForSwap.arg5"] = Patient,
        ["receiveRequestForSwap.arg6"] = "7",
        ["sayHello.arg0"] = Administrator,
    };

    /// <summary>Answers of the original system's contract, by operation. <c>sayHello</c> has none.</summary>
    public static IReadOnlyDictionary<string, object> FrontEndAnswers { get; } = new Dictionary<string, object>
    {
        ["receiveRequestFromClient"] = "Added: Physician MTLE210422 is open with 2 places.",
        ["receiveRequestForSwap"] = "Swapped: Physician MTLE210422 is exchanged for Physician MTLM210422 for MTLP1234.",
    };
}
