using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Dams.Cli.Client;
using Dams.Cli.Orders;
using Dams.Cli.Status;
using Dams.Lab;

namespace Dams.Cli.Lab;

/// <summary>Talks to the fault lab of a cluster. It asks the front end for the lab's address, and posts there.</summary>
internal sealed class LabClient(CliConsole console, FrontEndAccess access) : IDisposable
{
    // The lab itself waits two seconds for a replica that does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly StatusReader _status = new(access);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    /// <summary>Orders a fault, and prints the lab's answer.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> OrderAsync<T>(string fault, T order, JsonTypeInfo<T> json, CancellationToken stop) =>
        AskAsync(control => OrderCall.PostAsync(
            _http, new Uri(control, $"{FaultEndpoints.Path}/{fault}"), () => JsonContent.Create(order, json), stop), stop);

    /// <summary>Prints what is wrong on purpose.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> ShowAsync(CancellationToken stop) =>
        AskAsync(control => _http.GetAsync(new Uri(control, FaultEndpoints.Path), stop), stop);

    public void Dispose()
    {
        _status.Dispose();
        _http.Dispose();
    }

    private async Task<int> AskAsync(Func<Uri, Task<HttpResponseMessage>> ask, CancellationToken stop)
    {
        var (_, status, problem) = await _status.ReadAsync(stop);
        if (status is null)
        {
            console.Error.WriteLine(problem);
            return CliExitCodes.Unreachable;
        }

        if (!Uri.TryCreate(status.Control, UriKind.Absolute, out var control))
        {
            console.Error.WriteLine($"the status of the front end has no control address; its release is {status.Release}");
            return CliExitCodes.Unreachable;
        }

        try
        {
            using var answer = await ask(control);
            var text = (await answer.Content.ReadAsStringAsync(stop)).TrimEnd();
            (answer.IsSuccessStatusCode ? console.Out : console.Error).WriteLine(text);
            return answer.StatusCode switch
            {
                _ when answer.IsSuccessStatusCode => CliExitCodes.Success,
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound => CliExitCodes.Usage,
                _ => CliExitCodes.OtherOutcome,
            };
        }
        catch (OrderTokenException unreadable)
        {
            console.Error.WriteLine(unreadable.Message);
            return CliExitCodes.Usage;
        }
        catch (Exception silence)
            when (silence is HttpRequestException || (silence is OperationCanceledException && !stop.IsCancellationRequested))
        {
            console.Error.WriteLine(
                $"the lab does not answer at {control} ({silence.Message}); it can be reached from the front end's machine only");
            return CliExitCodes.Unreachable;
        }
    }
}
