using System.ServiceModel;

namespace Dams.Contracts.Soap;

/// <summary>
/// The contract of the original system, so that its clients work unchanged: rpc/literal, no SOAPAction, unqualified parts <c>arg0</c>….
/// The parameters have the original's names, because its texts for people use them. An absent or nil text is null; an absent, nil or
/// empty number is 0. The WSDL declares the fault <c>IOException</c> as well, because the interface of Java clients does. The service
/// answers it never: refusals and failures are text, and a message that can't be read is a fault without a detail.
/// </summary>
[ServiceContract(Name = "FrontEndInterface", Namespace = SoapNamespaces.FrontEnd)]
[XmlSerializerFormat(Style = OperationFormatStyle.Rpc)]
public interface IFrontEndImpl
{
    /// <summary>Carries out every menu item but swap. Arguments that an item does not use are empty and 0.</summary>
    [OperationContract(Name = "receiveRequestFromClient", Action = "", ReplyAction = "*")]
    [return: MessageParameter(Name = "return")]
    Task<string> ReceiveRequestFromClientAsync(
        [MessageParameter(Name = "arg0")] string? userID,
        [MessageParameter(Name = "arg1")] string? appointmentType,
        [MessageParameter(Name = "arg2")] string? appointmentID,
        [MessageParameter(Name = "arg3")] int capacity,
        [MessageParameter(Name = "arg4")] string? patientID,
        [MessageParameter(Name = "arg5")] int menuOption);

    /// <summary>Carries out a swap: menu item 7 of an administrator, 4 of a patient.</summary>
    [OperationContract(Name = "receiveRequestForSwap", Action = "", ReplyAction = "*")]
    [return: MessageParameter(Name = "return")]
    Task<string> ReceiveRequestForSwapAsync(
        [MessageParameter(Name = "arg0")] string? userID,
        [MessageParameter(Name = "arg1")] string? oldAppointmentType,
        [MessageParameter(Name = "arg2")] string? oldAppointmentID,
        [MessageParameter(Name = "arg3")] string? newAppointmentType,
        [MessageParameter(Name = "arg4")] string? newAppointmentID,
        [MessageParameter(Name = "arg5")] string? patientID,
        [MessageParameter(Name = "arg6")] int menuOption);

    /// <summary>Answers nothing, and shows that the service is there.</summary>
    [OperationContract(Name = "sayHello", Action = "", ReplyAction = "*")]
    Task SayHelloAsync([MessageParameter(Name = "arg0")] string? userID);
}
