using System.Net;
using System.Net.Mime;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Lets WCF see only answers that have come to their end, are short, and may be SOAP. WCF reads what it does not understand on a thread of the pool, without a limit of
/// time, and follows whoever sends it elsewhere; so a replica that is wrong would take one thread after the other, or have a question asked of somebody else.
/// </summary>
/// <param name="http">Asks. Becomes this object's.</param>
/// <param name="bodyBytesMax">The longest body.</param>
internal sealed class WholeAnswers(HttpMessageHandler http, int bodyBytesMax) : DelegatingHandler(http)
{
    private static readonly TimeSpan s_exchangeMax = TimeSpan.FromSeconds(5);

    /// <summary>WCF's own HTTP, such that only the one who is asked answers, and in as many bytes as it sends.</summary>
    /// <param name="http">As WCF has made it.</param>
    /// <param name="bodyBytesMax">The longest body.</param>
    public static HttpMessageHandler Around(HttpClientHandler http, int bodyBytesMax)
    {
        http.AllowAutoRedirect = false;
        http.AutomaticDecompression = DecompressionMethods.None;
        http.UseCookies = false;
        http.UseProxy = false;
        return new WholeAnswers(http, bodyBytesMax);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Who asks may give up earlier, and the connection ends with the question.
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
            throw new ReplicaUnusableException($"its answer is of content type '{answer.Content.Headers.ContentType}'; SOAP is {MediaTypeNames.Text.Xml}");
        if (answer.Content.Headers.ContentEncoding.Count > 0)
            throw new ReplicaUnusableException($"its answer is encoded as {string.Join(", ", answer.Content.Headers.ContentEncoding)}, which nobody has asked for");
    }
}
