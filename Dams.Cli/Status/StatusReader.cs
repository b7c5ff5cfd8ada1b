using System.Net;
using System.Net.Security;
using System.Text.Json;
using Dams.Hosting.Status;

namespace Dams.Cli.Status;

/// <summary>Asks a front end for the status of its cluster. It returns a failure as a sentence and does not throw.</summary>
internal sealed class StatusReader : IDisposable
{
    // A front end that works answers in milliseconds. One that doesn't must not hold up a watch.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int AnswerBytesMax = 4 * 1024 * 1024;
    private readonly HttpClient _http;
    private readonly Uri _root;

    /// <param name="url">Any address at the front end; only its scheme, host and port count.</param>
    /// <param name="check">Checks the certificate of the front end; the system does if null.</param>
    public StatusReader(Uri url, RemoteCertificateValidationCallback? check = null)
    {
        _root = new Uri(url.GetLeftPart(UriPartial.Authority));
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = !url.IsLoopback,
            SslOptions = { RemoteCertificateValidationCallback = check },
        })
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
    }

    /// <summary>Reads the status, and returns it as text and as a document, or says what is wrong.</summary>
    public async Task<(string? Text, ClusterStatus? Status, string? Problem)> ReadAsync(CancellationToken stop)
    {
        try
        {
            var text = await _http.GetStringAsync(new Uri(_root, "/status"), stop);
            return JsonSerializer.Deserialize(text, PlainStatusJson.Default.ClusterStatus) is { } status
                ? (text, status, null)
                : (null, null, $"{_root}status is empty");
        }
        catch (HttpRequestException problem) when (problem.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return (null, null, $"{_root}status is for operators only: give a user with the role operator, over HTTPS");
        }
        catch (HttpRequestException problem) when (problem.StatusCode is { } code)
        {
            return (null, null, $"{_root}status answers with HTTP status {(int)code}: expected the address of a front end");
        }
        catch (HttpRequestException problem)
        {
            return (null, null, $"nobody answers at {_root}status ({problem.Message}): is the cluster up?");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, null, $"{_root}status did not answer within {Timeout.TotalSeconds} s");
        }
        catch (JsonException problem)
        {
            return (null, null, $"{_root}status is not the status of a DAMS cluster ({problem.Message})");
        }
    }

    /// <summary>Whether the front end says that it can get two equal replies.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken stop)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_root, "/health"), stop);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();
}
