using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Dams.Soap.CoreWcf;

/// <summary>
/// Passes a checked call to CoreWCF, as a fresh envelope in a request of its own, whose response is the client's. CoreWCF would reject some
/// texts that the endpoint forgives, such as processing instructions. Used by many threads.
/// </summary>
/// <param name="branch">CoreWCF's part of the application.</param>
/// <param name="soap11">The address of the service there for SOAP 1.1.</param>
/// <param name="soap12">The address of the service there for SOAP 1.2.</param>
/// <param name="service">The service.</param>
internal sealed class CoreWcfDispatcher(RequestDelegate branch, PathString soap11, PathString soap12, SoapService service) : ISoapDispatcher
{
    private readonly SoapAnswers _answers = new(service);

    public async Task DispatchAsync(HttpContext http, SoapVersion version, SoapCall call)
    {
        using var envelope = new MemoryStream();
        CallWriter.Write(envelope, version, call);
        envelope.Position = 0;
        var passed = new CoreWcfCall(http, call);
        CoreWcfCall.Current = passed;
        var control = new Control(http.RequestAborted);
        var answering = branch(RequestOf(passed, version, envelope, control));
        await (await Task.WhenAny(answering, control.GivenUp).ConfigureAwait(false)).ConfigureAwait(false);
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
            return;

        // CoreWCF has not answered: the answer can't be written, or the request has met a limit of CoreWCF.
        var failure = passed.Failure
            ?? new InvalidOperationException($"CoreWCF answered with the status {http.Response.StatusCode} and no message");
        var (reason, detail) = _answers.DescribeFailure(http, call.Operation.Name, failure);
        await _answers.SendFaultAsync(
            http, version, StatusCodes.Status500InternalServerError, new SoapRefusal(SoapFaultSide.Receiver, reason), detail)
            .ConfigureAwait(false);
    }

    private DefaultHttpContext RequestOf(CoreWcfCall call, SoapVersion version, MemoryStream envelope, Control control)
    {
        var is11 = version == SoapVersion.Soap11;
        var action = call.Operation.Action;
        var features = new FeatureCollection(call.Http.Features);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = HttpMethods.Post,
            Scheme = Uri.UriSchemeHttp,
            // In HTTP/1.1 CoreWCF answers "Connection: keep-alive" even to a client that closes the connection.
            Protocol = HttpProtocol.Http2,
            Path = is11 ? soap11 : soap12,
            Headers = new HeaderDictionary
            {
                [HeaderNames.ContentType] = is11 ? version.ContentType : $"{version.ContentType}; action=\"{action}\"",
                ContentLength = envelope.Length,
                ["SOAPAction"] = $"\"{action}\"",
            },
            Body = envelope,
        });
        features.Set<IHttpMaxRequestBodySizeFeature>(control);
        features.Set<IHttpRequestLifetimeFeature>(control);
        return new DefaultHttpContext(features);
    }

    /// <summary>CoreWCF's hold on the connection: none. The endpoint has applied the limit, and will answer the client.</summary>
    private sealed class Control(CancellationToken aborted) : IHttpMaxRequestBodySizeFeature, IHttpRequestLifetimeFeature
    {
        private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>
        /// Ends if CoreWCF gives the request up because it can't write the answer. The task of such a request never ends (CoreWCF 1.9.1).
        /// </summary>
        public Task GivenUp => _givenUp.Task;

        public CancellationToken RequestAborted
        {
            get => aborted;
            set => throw new NotSupportedException("the client's connection decides");
        }

        public bool IsReadOnly => true;

        public long? MaxRequestBodySize
        {
            get => null;
            set => throw new NotSupportedException("the endpoint has limited the size before");
        }

        public void Abort() => _givenUp.TrySetResult();
    }
}
