using System.ServiceModel;
using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>
/// The appointment contract, as <c>AppointmentService.wsdl</c> defines it. Parameter names are wire names, and their order is the order
/// on the wire. Every operation throws <see cref="FaultException{TDetail}"/> of <see cref="DamsFault"/>. The last parameter, the
/// request id, is optional and at most 64 characters long; empty counts as absent. A call that is repeated with the same id is done
/// once. Servers implement the contract, and <c>ChannelFactory</c> clients call it.
/// </summary>
[ServiceContract(Name = "AppointmentPortType", Namespace = SoapNamespaces.V1)]
[XmlSerializerFormat(SupportFaults = true)]
public interface IAppointmentService
{
    /// <summary>Opens a slot.</summary>
    [OperationContract(Name = "AddAppointment", Action = SoapNamespaces.V1 + "/AddAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
    [return: MessageParameter(Name = "result")]
    Task<AddAppointmentResult> AddAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, int capacity, string? requestId = null);

    /// <summary>Deletes a slot and relocates its patients.</summary>
    [OperationContract(Name = "RemoveAppointment", Action = SoapNamespaces.V1 + "/RemoveAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
    [return: MessageParameter(Name = "result")]
    Task<RemoveAppointmentResult> RemoveAppointmentAsync(
        string callerId, string appointmentId, AppointmentType appointmentType, string? requestId = null);

    /// <summary>Lists all slots of one type in the three hospitals.</summary>
    [OperationContract(
        Name = "ListAppointmentAvailability", Action = SoapNamespaces.V1 + "/ListAppointmentAvailability", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
    [return: MessageParameter(Name = "result")]
    Task<ListAppointmentAvailabilityResult> ListAppointmentAvailabilityAsync(
        string callerId, AppointmentType appointmentType, string? requestId = null);

    /// <summary>Books a slot for a patient.</summary>
    [OperationContract(Name = "BookAppointment", Action = SoapNamespaces.V1 + "/BookAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
    [return: MessageParameter(Name = "result")]
    Task<BookAppointmentResult> BookAppointmentAsync(
        string callerId, string patientId, string appointmentId, AppointmentType appointmentType, string? requestId = null);

    /// <summary>Lists a patient's bookings in all hospitals.</summary>
    [OperationContract(Name = "GetAppointmentSchedule", Action = SoapNamespaces.V1 + "/GetAppointmentSchedule", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
    [return: MessageParameter(Name = "result")]
    Task<GetAppointmentScheduleResult> GetAppointmentScheduleAsync(string callerId, string patientId, string? requestId = null);

    /// <summary>Cancels a booking.</summary>
    [OperationContract(Name = "CancelAppointment", Action = SoapNamespaces.V1 + "/CancelAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
    [return: MessageParameter(Name = "result")]
    Task<CancelAppointmentResult> CancelAppointmentAsync(string callerId, string patientId, string appointmentId, string? requestId = null);

    /// <summary>Exchanges one booking for another in one step.</summary>
    [OperationContract(Name = "SwapAppointment", Action = SoapNamespaces.V1 + "/SwapAppointment", ReplyAction = "*")]
    [FaultContract(typeof(DamsFault), Name = "DamsFault", Namespace = SoapNamespaces.V1)]
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
