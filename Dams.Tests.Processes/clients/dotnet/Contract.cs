// The appointment contract for System.ServiceModel, written by hand from the WSDL. Names and orders are those of the wire.
using System.ServiceModel;
using System.Xml.Serialization;

[ServiceContract(Name = "AppointmentPortType", Namespace = Wire.V1)]
[XmlSerializerFormat(SupportFaults = true)]
public interface IAppointmentService
{
    [OperationContract(Name = "AddAppointment", Action = Wire.V1 + "/AddAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<AddAppointmentResult> AddAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, int capacity, string? requestId = null);

    [OperationContract(Name = "RemoveAppointment", Action = Wire.V1 + "/RemoveAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<RemoveAppointmentResult> RemoveAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, string? requestId = null);

    [OperationContract(Name = "ListAppointmentAvailability", Action = Wire.V1 + "/ListAppointmentAvailability", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<ListAppointmentAvailabilityResult> ListAppointmentAvailabilityAsync(
        string callerId, AppointmentType appointmentType, string? requestId = null);

    [OperationContract(Name = "BookAppointment", Action = Wire.V1 + "/BookAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<BookAppointmentResult> BookAppointmentAsync(
        string callerId, string patientId, string appointmentId, AppointmentType appointmentType, string? requestId = null);

    [OperationContract(Name = "GetAppointmentSchedule", Action = Wire.V1 + "/GetAppointmentSchedule", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<GetAppointmentScheduleResult> GetAppointmentScheduleAsync(string callerId, string patientId, string? requestId = null);

    [OperationContract(Name = "CancelAppointment", Action = Wire.V1 + "/CancelAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<CancelAppointmentResult> CancelAppointmentAsync(
        string callerId, string patientId, string appointmentId, string? requestId = null);

    [OperationContract(Name = "SwapAppointment", Action = Wire.V1 + "/SwapAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = Wire.V1)]
    [return: MessageParameter(Name = "result")]
    Task<SwapAppointmentResult> SwapAppointmentAsync(
        string callerId,
        string patientId,
        string oldAppointmentId,
        AppointmentType oldAppointmentType,
        string newAppointmentId,
        AppointmentType newAppointmentType,
        string? requestId = null);
}

public static class Wire
{
    public const string V1 = "http://dams.example.org/appointments/v1";
}

public enum AppointmentType
{
    Physician,
    Surgeon,
    Dental,
}

[XmlType(Namespace = Wire.V1)]
public class Result
{
    // An outcome is an enumeration in the schema. A text is enough for a client that prints it.
    [XmlElement("outcome", Order = 0)]
    public string Outcome { get; set; } = "";

    [XmlElement("message", Order = 1)]
    public string Message { get; set; } = "";

    [XmlElement("sequence", Order = 2)]
    public long Sequence { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class AddAppointmentResult : Result;

[XmlType(Namespace = Wire.V1)]
public sealed class RemoveAppointmentResult : Result
{
    [XmlArray("relocations", Order = 3), XmlArrayItem("relocation")]
    public Relocation[]? Relocations { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class Relocation
{
    [XmlElement("patientId", Order = 0)]
    public string PatientId { get; set; } = "";

    [XmlElement("newAppointmentId", Order = 1)]
    public string? NewAppointmentId { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class ListAppointmentAvailabilityResult : Result
{
    [XmlArray("slots", Order = 3), XmlArrayItem("slot")]
    public Slot[]? Slots { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class Slot
{
    [XmlElement("appointmentId", Order = 0)]
    public string AppointmentId { get; set; } = "";

    [XmlElement("appointmentType", Order = 1)]
    public AppointmentType AppointmentType { get; set; }

    [XmlElement("capacity", Order = 2)]
    public int Capacity { get; set; }

    [XmlElement("remaining", Order = 3)]
    public int Remaining { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class BookAppointmentResult : Result;

[XmlType(Namespace = Wire.V1)]
public sealed class GetAppointmentScheduleResult : Result
{
    [XmlArray("bookings", Order = 3), XmlArrayItem("booking")]
    public Booking[]? Bookings { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class Booking
{
    [XmlElement("appointmentId", Order = 0)]
    public string AppointmentId { get; set; } = "";

    [XmlElement("appointmentType", Order = 1)]
    public AppointmentType AppointmentType { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class CancelAppointmentResult : Result
{
    [XmlElement("appointmentType", Order = 3)]
    public AppointmentType AppointmentType { get; set; }

    [XmlIgnore]
    public bool AppointmentTypeSpecified { get; set; }
}

[XmlType(Namespace = Wire.V1)]
public sealed class SwapAppointmentResult : Result;

[XmlRoot("DamsFault", Namespace = Wire.V1)]
public sealed class DamsFault
{
    [XmlElement("code", Order = 0)]
    public string Code { get; set; } = "";

    [XmlElement("field", Order = 1)]
    public string? Field { get; set; }

    [XmlElement("reason", Order = 2)]
    public string Reason { get; set; } = "";

    [XmlElement("execution", Order = 3)]
    public string Execution { get; set; } = "";

    [XmlElement("requestId", Order = 4)]
    public string? RequestId { get; set; }

    [XmlElement("retryAfterMs", Order = 5)]
    public int RetryAfterMs { get; set; }

    [XmlIgnore]
    public bool RetryAfterMsSpecified { get; set; }
}
