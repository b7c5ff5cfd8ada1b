using System.Net.Mime;
using Dams.Cli.Orders;
using Dams.Cli.Status;
using Dams.Hosting.Cluster;
using Dams.Hosting.Tls;

namespace Dams.Cli.Membership;

/// <summary>Posts orders to managers. Their addresses are in the status of the front end, and in dams.json.</summary>
internal static class ManagerCall
{
    /// <summary>Asks managers in turn until one answers, and prints its answer.</summary>
    /// <param name="console">The console that the answer is printed on.</param>
    /// <param name="url">The address of the front end that knows the managers. It is not asked if there is a file.</param>
    /// <param name="config">The cluster's dams.json; null if the option is not given.</param>
    /// <param name="manager">The id of the manager that the order is for; null if any manager will do.</param>
    /// <param name="what">Path and query of the order.</param>
    /// <param name="patience">How long a manager may take.</param>
    /// <param name="stop">The operator's interrupt.</param>
    public static async Task<int> PostAsync(
        CliConsole console, Uri url, string? config, string? manager, string what, TimeSpan patience, CancellationToken stop)
    {
        NodeTls? tls = null;
        IReadOnlyList<(string? Id, string? Address)> known;
        if (config is not null)
        {
            if (!ClusterOption.TryRead(console, config, out var topology, out tls))
                return CliExitCodes.Usage;
            known = [.. topology.Managers.Select(node => (node.Id.ToString(), node.Address.ToString()))];
        }
        else
        {
            using var reader = new StatusReader(url);
            var (_, status, problem) = await reader.ReadAsync(stop);
            if (status is null)
            {
                console.Error.WriteLine(problem);
                return CliExitCodes.Unreachable;
            }

            known = [.. status.Managers.Select(reported => (reported.Id, reported.Address))];
        }

        var addresses = known.Where(one => one.Address is not null && (manager is null || one.Id == manager)).ToList();
        if (addresses.Count == 0)
        {
            console.Error.WriteLine($"there is no {manager ?? "manager"}; there are {string.Join(", ", known.Select(one => one.Id))}");
            return CliExitCodes.Usage;
        }

        using var http = new HttpClient(NodeHttp.CreateHandler(tls)) { Timeout = patience };
        var scheme = tls is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        var silences = new List<string>();
        foreach (var address in addresses)
        {
            try
            {
                // The order is in the path. Managers accept only a request that says that it is JSON.
                using var answer = await OrderCall.PostAsync(http, new Uri($"{scheme}://{address.Address}/{what}"),
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
        if (tls is null && url.Scheme == Uri.UriSchemeHttps)
            console.Error.WriteLine("The managers of a cluster with certificates answer hosts of the cluster only: add --config dams.json");
        return CliExitCodes.Unreachable;
    }
}
