using System.Collections.Concurrent;
using System.ServiceModel;
using System.Xml;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>Sends the answers and faults of a service. Used by many threads.</summary>
internal sealed class SoapAnswers(SoapService service)
{
    // Enough for a sentence, too few to serve as a channel.
    private const int ReasonLengthMax = 300;
    private static readonly ConcurrentDictionary<Type, Func<FaultException, object?>> s_details = new();

    /// <summary>Cleans a text for a fault's reason.</summary>
    public string CleanReason(string reason) => service.Options.CleanText(reason, ReasonLengthMax);

    /// <summary>
    /// Logs an exception that is no fault. Returns the text and the detail of the fault, which name the entry of the log and nothing else.
    /// </summary>
    public (string Reason, object? Detail) DescribeFailure(HttpContext http, string operation, Exception exception)
    {
        var reference = http.TraceIdentifier;
        service.Logger.OperationFailed(operation, reference, exception);
        var reason = $"Internal error. The log of the service has the cause under the reference {reference}.";
        return (reason, service.Options.FaultDetail(new SoapHostFault(SoapHostFaultKind.InternalError, reason, null)));
    }

    /// <summary>Sends a fault that the service threw.</summary>
    public Task SendFaultAsync(
        HttpContext http, SoapVersion version, int status, FaultException fault, XmlQualifiedName? code = null) =>
        SendFaultAsync(
            http,
            version,
            status,
            new SoapRefusal(SideOf(fault), CleanReason(fault.Reason.ToString())) { Code = code },
            DetailOf(fault));

    /// <summary>Sends a fault of the host, whose reason is cleaned already.</summary>
    public async Task SendFaultAsync(HttpContext http, SoapVersion version, int status, SoapRefusal refusal, object? detail)
    {
        using var output = new PooledStream();
        var serializer = detail is null ? null : service.Contract.FaultSerializer(detail.GetType());
        MessageWriter.WriteFault(output, version, refusal, detail, serializer, http.Features.Get<AnswerStamp>());
        await SendAsync(http, version, status, output).ConfigureAwait(false);
    }

    /// <summary>Sends a whole message.</summary>
    public async Task SendAsync(HttpContext http, SoapVersion version, int status, PooledStream output)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = version.ContentType;
        http.Response.ContentLength = output.Length;
        var written = await http.Response.BodyWriter.WriteAsync(output.Written, http.RequestAborted).ConfigureAwait(false);
        if (status == StatusCodes.Status200OK && (written.IsCompleted || http.RequestAborted.IsCancellationRequested))
            service.Logger.AnswerNotTaken(http.Connection.RemoteIpAddress?.ToString(), "the connection is closed");
    }

    /// <summary>The side of a fault that the service threw, by its code.</summary>
    public static SoapFaultSide SideOf(FaultException fault) =>
        fault.Code.Name is "Sender" or "Client" ? SoapFaultSide.Sender : SoapFaultSide.Receiver;

    /// <summary>The typed detail of a fault, or null.</summary>
    public static object? DetailOf(FaultException fault) => s_details.GetOrAdd(fault.GetType(), static type =>
    {
        var property = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(FaultException<>)
            ? type.GetProperty("Detail")
            : null;
        return property is null ? static _ => null : exception => property.GetValue(exception);
    })(fault);
}
