using System.Net;
using System.Net.Mime;
using Dams.Hosting.Tls;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Lets WCF see only answers that are complete and short, and may be SOAP. WCF reads an answer that it does not understand on a pool thread
/// without a timeout, and it follows redirections. So a faulty replica could block one thread after the other, or make WCF put a question
/// to another process.
/// </summary>
/// <param name="http">The handler that sends the requests. This object owns it.</param>
/// <param name="bodyBytesMax">The longest body that is accepted, in bytes.</param>
internal sealed class WholeAnswers(HttpMessageHandler http, int bodyBytesMax) : DelegatingHandler(http)
{
    private static readonly TimeSpan s_exchangeMax = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Wraps a handler of the cluster's own, which stands in for the one that WCF has made. Only the asked replica can answer, and an
    /// answer has exactly as many bytes as the replica sends.
    /// </summary>
    /// <param name="tls">TLS of the cluster; null if it has none.</param>
    /// <param name="bodyBytesMax">The longest body that is accepted, in bytes.</param>
    public static HttpMessageHandler Around(NodeTls? tls, int bodyBytesMax) =>
        new WholeAnswers(NodeHttp.CreateHandler(tls), bodyBytesMax);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The caller may give up earlier. The connection ends with the question.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ReplicaQuestion.GivenUp);
        end.CancelAfter(s_exchangeMax);
        var answer = await base.SendAsync(request, end.Token).ConfigureAwait(false);
        try
        {
            RequireSoap(answer);
            await answer.Content.LoadIntoBufferAsync(bodyBytesMax, end.Token).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static void RequireSoap(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.InternalServerError))
            throw new ReplicaUnusableException($"its answer has HTTP status {(int)answer.StatusCode}; SOAP has 200 or 500");
        if (answer.Content.Headers.ContentType?.MediaType is not MediaTypeNames.Text.Xml)
        {
            throw new ReplicaUnusableException(
                $"its answer is of content type '{answer.Content.Headers.ContentType}'; SOAP is {MediaTypeNames.Text.Xml}");
        }

        if (answer.Content.Headers.ContentEncoding.Count > 0)
        {
            throw new ReplicaUnusableException(
                $"its answer is encoded as {string.Join(", ", answer.Content.Headers.ContentEncoding)}, which was not requested");
        }
    }
}
