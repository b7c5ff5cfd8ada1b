using System.ServiceModel;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>The dispatcher of the default host. Used by many threads.</summary>
internal sealed class DirectDispatcher(SoapService service) : ISoapDispatcher
{
    private readonly SoapAnswers _answers = new(service);

    public async Task DispatchAsync(HttpContext http, SoapVersion version, SoapCall call)
    {
        using var output = new PooledStream();
        try
        {
            var result = await call.Operation.Invoke(service.Implementation(http), call.Arguments).ConfigureAwait(false);
            MessageWriter.WriteAnswer(output, version, call.Operation, result, http.Features.Get<AnswerStamp>());
        }
        catch (FaultException fault)
        {
            await _answers.SendFaultAsync(http, version, StatusCodes.Status500InternalServerError, fault).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            service.Logger.ClientGone(call.Operation.Name);
            return;
        }
#pragma warning disable CA1031 // Exceptions of any kind end at the edge; the log has them, the client has the reference.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var (reason, detail) = _answers.DescribeFailure(http, call.Operation.Name, e);
            await _answers.SendFaultAsync(
                http, version, StatusCodes.Status500InternalServerError, new SoapRefusal(SoapFaultSide.Receiver, reason), detail)
                .ConfigureAwait(false);
            return;
        }

        await _answers.SendAsync(http, version, StatusCodes.Status200OK, output).ConfigureAwait(false);
    }
}
