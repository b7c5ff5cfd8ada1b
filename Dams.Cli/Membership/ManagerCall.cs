using System.Net.Mime;
using Dams.Cli.Orders;
using Dams.Cli.Status;

namespace Dams.Cli.Membership;

/// <summary>Posts orders to managers. The front end's status has their addresses.</summary>
internal static class ManagerCall
{
    /// <summary>Asks managers in turn until one answers, and prints its answer.</summary>
    /// <param name="console">The console that the answer is printed on.</param>
    /// <param name="url">The address of the front end.</param>
    /// <param name="manager">The id of the manager that the order is for; null if any manager will do.</param>
    /// <param name="what">Path and query of the order.</param>
    /// <param name="patience">How long a manager may take.</param>
    /// <param name="stop">The operator's interrupt.</param>
    public static async Task<int> PostAsync(
        CliConsole console, Uri url, string? manager, string what, TimeSpan patience, CancellationToken stop)
    {
        using var reader = new StatusReader(url);
        var (_, status, problem) = await reader.ReadAsync(stop);
        if (status is null)
        {
            console.Error.WriteLine(problem);
            return CliExitCodes.Unreachable;
        }

        var addresses = status.Managers.Where(known => known.Address is not null && (manager is null || known.Id == manager)).ToList();
        if (addresses.Count == 0)
        {
            console.Error.WriteLine(
                $"there is no {manager ?? "manager"}; there are {string.Join(", ", status.Managers.Select(known => known.Id))}");
            return CliExitCodes.Usage;
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = patience };
        var silences = new List<string>();
        foreach (var address in addresses)
        {
            try
            {
                // The order is in the path. Managers accept only a request that says that it is JSON.
                using var answer = await OrderCall.PostAsync(http, new Uri($"http://{address.Address}/{what}"),
                    () => new StringContent("", null, MediaTypeNames.Application.Json), stop);
                var text = (await answer.Content.ReadAsStringAsync(stop)).TrimEnd();
                (answer.IsSuccessStatusCode ? console.Out : console.Error).WriteLine(text);
                return answer.IsSuccessStatusCode ? CliExitCodes.Success : CliExitCodes.OtherOutcome;
            }
            catch (OrderTokenException unreadable)
            {
                console.Error.WriteLine(unreadable.Message);
                return CliExitCodes.Usage;
            }
            catch (Exception silence)
                when (silence is HttpRequestException || (silence is OperationCanceledException && !stop.IsCancellationRequested))
            {
                silences.Add($"{address.Id} does not answer at {address.Address}: {silence.Message}");
            }
        }

        foreach (var silence in silences)
            console.Error.WriteLine(silence);
        return CliExitCodes.Unreachable;
    }
}
