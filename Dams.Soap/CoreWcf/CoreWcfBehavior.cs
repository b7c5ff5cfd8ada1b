using System.Xml.Serialization;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Description;
using CoreWCF.Dispatcher;
using Dams.Soap.Security;

namespace Dams.Soap.CoreWcf;

/// <summary>
/// Makes CoreWCF call a service as the endpoint has read the message: it chooses the operation of the call and the implementation of the
/// request, and any exception becomes the fault that the default host would answer. Used by many threads.
/// </summary>
internal sealed class CoreWcfBehavior(SoapService service)
    : IEndpointBehavior, IInstanceProvider, IDispatchOperationSelector, IDispatchMessageInspector, IParameterInspector, IErrorHandler
{
    private readonly SoapAnswers _answers = new(service);

    public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher endpointDispatcher)
    {
        // The endpoint has checked address and action. The filters see each message before the selector, and reject an empty action.
        endpointDispatcher.AddressFilter = new MatchAllMessageFilter();
        endpointDispatcher.ContractFilter = new MatchAllMessageFilter();
        endpointDispatcher.ChannelDispatcher.ErrorHandlers.Add(this);
        var runtime = endpointDispatcher.DispatchRuntime;
        runtime.ConcurrencyMode = ConcurrencyMode.Multiple;
        runtime.InstanceProvider = this;
        runtime.OperationSelector = this;
        runtime.MessageInspectors.Add(this);
        foreach (var operation in runtime.Operations)
            operation.ParameterInspectors.Add(this);
    }

    public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters)
    {
    }

    public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime clientRuntime)
    {
    }

    public void Validate(ServiceEndpoint endpoint)
    {
    }

    public string SelectOperation(ref Message message) => CoreWcfCall.Current.Operation.Name;

    public object GetInstance(InstanceContext instanceContext, Message message) => service.Implementation(CoreWcfCall.Current.Http);

    public object GetInstance(InstanceContext instanceContext) => throw new InvalidOperationException("an instance belongs to a message");

    public void ReleaseInstance(InstanceContext instanceContext, object instance)
    {
    }

    public object? AfterReceiveRequest(ref Message request, IClientChannel channel, InstanceContext instanceContext) => null;

    /// <summary>Adds the security header to an answer or a fault, if the client needs one.</summary>
    public void BeforeSendReply(ref Message reply, object correlationState)
    {
        if (CoreWcfCall.Current.Http.Features.Get<AnswerStamp>() is { } stamp)
            reply.Headers.Add(new CoreWcfStamp(stamp));
    }

    public object? BeforeCall(string operationName, object[] inputs) => null;

    // CoreWCF would answer without a result.
    public void AfterCall(string operationName, object[] outputs, object? returnValue, object correlationState)
    {
        if (returnValue is null && CoreWcfCall.Current.Operation.HasResult)
            throw new InvalidOperationException($"{operationName} has returned nothing");
    }

    public void ProvideFault(Exception error, MessageVersion version, ref Message fault)
    {
        var call = CoreWcfCall.Current;
        CoreWcfFault provided;
        if (error is System.ServiceModel.FaultException known)
        {
            var detail = SoapAnswers.DetailOf(known);
            provided = new CoreWcfFault(
                SoapAnswers.SideOf(known), _answers.CleanReason(known.Reason.ToString()), detail, SerializerOf(detail));
        }
        else if (error is OperationCanceledException && call.Http.RequestAborted.IsCancellationRequested)
        {
            service.Logger.ClientGone(call.Operation.Name);
            provided = new CoreWcfFault(SoapFaultSide.Receiver, "The client disconnected.", null, null);
        }
        else
        {
            var (reason, detail) = _answers.DescribeFailure(call.Http, call.Operation.Name, error);
            provided = new CoreWcfFault(SoapFaultSide.Receiver, reason, detail, SerializerOf(detail));
        }

        fault = Message.CreateMessage(version, provided, null);

        XmlSerializer? SerializerOf(object? detail) =>
            detail is null ? null : service.Contract.FaultSerializer(detail.GetType());
    }

    /// <summary>Hears of each exception. One that comes before the client is answered is about writing the answer.</summary>
    public bool HandleError(Exception error)
    {
        CoreWcfCall.Current.Failure = error;
        return false;
    }
}
