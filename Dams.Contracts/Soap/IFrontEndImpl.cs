using System.ServiceModel;

namespace Dams.Contracts.Soap;

/// <summary>
/// The contract of the original system, so that its clients work unchanged: rpc/literal, no SOAPAction, unqualified parts <c>arg0</c>….
/// </summary>
[ServiceContract(Name = "FrontEndInterface", Namespace = SoapNamespaces.FrontEnd)]
[XmlSerializerFormat(Style = OperationFormatStyle.Rpc)]
public interface IFrontEndImpl
{
    /// <summary>Carries out every menu item but swap. Arguments that an item does not use are empty and 0.</summary>
    [OperationContract(Name = "receiveRequestFromClient", Action = "", ReplyAction = "*")]
    [return: MessageParameter(Name = "return")]
    Task<string> ReceiveRequestFromClientAsync(
        [MessageParameter(Name = "arg0")] string userId,
        [MessageParameter(Name = "arg1")] string appointmentType,
        [MessageParameter(Name = "arg2")] string appointmentId,
        [MessageParameter(Name = "arg3")] int capacity,
        [MessageParameter(Name = "arg4")] string patientId,
        [MessageParameter(Name = "arg5")] int menuOption);

    /// <summary>Carries out a swap: menu item 7 of an administrator, 4 of a patient.</summary>
    [OperationContract(Name = "receiveRequestForSwap", Action = "", ReplyAction = "*")]
    [return: MessageParameter(Name = "return")]
    Task<string> ReceiveRequestForSwapAsync(
        [MessageParameter(Name = "arg0")] string userId,
        [MessageParameter(Name = "arg1")] string oldAppointmentType,
        [MessageParameter(Name = "arg2")] string oldAppointmentId,
        [MessageParameter(Name = "arg3")] string newAppointmentType,
        [MessageParameter(Name = "arg4")] string newAppointmentId,
        [MessageParameter(Name = "arg5")] string patientId,
        [MessageParameter(Name = "arg6")] int menuOption);

    /// <summary>Answers nothing, and shows that the service is there.</summary>
    [OperationContract(Name = "sayHello", Action = "", ReplyAction = "*")]
    Task SayHelloAsync([MessageParameter(Name = "arg0")] string userId);
}
