using System.Net.Security;
using System.Text.Json;
using Dams.Cli.Client;
using Dams.Hosting.Status;

namespace Dams.Cli.Status;

/// <summary>Asks a front end for the status of its cluster. It returns a failure as a sentence and does not throw.</summary>
internal sealed class StatusReader : IDisposable
{
    // A front end that works answers in milliseconds. One that doesn't must not hold up a watch.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int AnswerBytesMax = 4 * 1024 * 1024;
    private readonly (Uri Root, HttpClient Http)[] _places;
    private volatile int _first;

    /// <param name="url">Any address at the front end; only its scheme, host and port count.</param>
    /// <param name="check">Checks the certificate of the front end; the system does if null.</param>
    public StatusReader(Uri url, RemoteCertificateValidationCallback? check = null)
        : this(FrontEndAccess.Of(url, check))
    {
    }

    /// <param name="access">The front ends. They are tried in turn.</param>
    public StatusReader(FrontEndAccess access) => _places =
    [
        .. access.Urls.Select(url => (
            new Uri(url.GetLeftPart(UriPartial.Authority)),
            new HttpClient(access.CreateHandler(url)) { Timeout = Timeout, MaxResponseContentBufferSize = AnswerBytesMax })),
    ];

    /// <summary>Reads the status, and returns it as text and as a document, or says what is wrong.</summary>
    public async Task<(string? Text, ClusterStatus? Status, string? Problem)> ReadAsync(CancellationToken stop)
    {
        var first = _first;
        var problems = new List<string>();
        for (var i = 0; i < _places.Length; i++)
        {
            var at = (first + i) % _places.Length;
            var (text, status, problem) = await ReadAsync(_places[at].Root, _places[at].Http, stop);
            if (status is not null)
            {
                _first = at;
                return (text, status, null);
            }

            problems.Add(problem!);
        }

        return (null, null, string.Join('\n', problems));
    }

    private static async Task<(string? Text, ClusterStatus? Status, string? Problem)> ReadAsync(
        Uri root, HttpClient http, CancellationToken stop)
    {
        try
        {
            var text = await http.GetStringAsync(new Uri(root, "/status"), stop);
            return JsonSerializer.Deserialize(text, PlainStatusJson.Default.ClusterStatus) is { } status
                ? (text, status, null)
                : (null, null, $"{root}status is empty");
        }
        catch (AccessException refusal)
        {
            return (null, null, refusal.Message);
        }
        catch (HttpRequestException problem) when (problem.StatusCode is { } code)
        {
            return (null, null, $"{root}status answers with HTTP status {(int)code}: expected the address of a front end");
        }
        catch (HttpRequestException problem)
        {
            return (null, null, $"nobody answers at {root}status ({problem.Message}): is the cluster up?");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, null, $"{root}status did not answer within {Timeout.TotalSeconds} s");
        }
        catch (JsonException problem)
        {
            return (null, null, $"{root}status is not the status of a DAMS cluster ({problem.Message})");
        }
    }

    /// <summary>Whether the front end says that it can get two equal replies.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken stop)
    {
        try
        {
            using var answer = await _places[_first].Http.GetAsync(new Uri(_places[_first].Root, "/health"), stop);
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

    public void Dispose()
    {
        foreach (var place in _places)
            place.Http.Dispose();
    }
}
