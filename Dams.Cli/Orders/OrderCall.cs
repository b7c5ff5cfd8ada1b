using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Dams.Hosting.Web;

namespace Dams.Cli.Orders;

/// <summary>
/// Posts an order to a process of the cluster. The process names the file of its token, and this tool sends the token if it may read the
/// file. So an order needs no option, whichever data folder the cluster has.
/// </summary>
internal static class OrderCall
{
    /// <summary>Posts an order.</summary>
    /// <param name="http">The client that sends it.</param>
    /// <param name="address">The address of the order.</param>
    /// <param name="body">Makes the body; called for each of the two tries.</param>
    /// <param name="stop">The operator's interrupt.</param>
    /// <returns>The answer of the process.</returns>
    /// <exception cref="HttpRequestException">The process does not answer.</exception>
    /// <exception cref="OrderTokenException">The process wants a token that can't be read. Nothing was ordered.</exception>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient http, Uri address, Func<HttpContent> body, CancellationToken stop)
    {
        var answer = await SendAsync(http, address, body, null, stop);
        if (answer.StatusCode != HttpStatusCode.Unauthorized || FileOf(answer) is not { } file || !IsOfThisMachine(address))
            return answer;
        answer.Dispose();
        return await SendAsync(http, address, body, ReadToken(address, file), stop);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, Uri address, Func<HttpContent> body, AuthenticationHeaderValue? token, CancellationToken stop)
    {
        using var order = new HttpRequestMessage(HttpMethod.Post, address) { Content = body() };
        order.Headers.Authorization = token;
        return await http.SendAsync(order, stop);
    }

    private static AuthenticationHeaderValue ReadToken(Uri address, string file)
    {
        try
        {
            return OrderToken.ReadHeader(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new OrderTokenException($"{address.Authority} takes orders with the token in {file} only, and that can't be read "
                + $"({problem.Message.TrimEnd('.')}): give the order as the user who runs the cluster, on that machine", problem);
        }
    }

    private static string? FileOf(HttpResponseMessage answer) => answer.Headers.WwwAuthenticate
        .Where(challenge => challenge.Scheme == OrderToken.Scheme)
        .SelectMany(challenge => (challenge.Parameter ?? "").Split(',', StringSplitOptions.TrimEntries))
        .Select(parameter => parameter.Split('=', 2))
        .Where(parameter => parameter.Length == 2 && parameter[0] == OrderToken.FileParameter)
        .Select(parameter => Uri.UnescapeDataString(parameter[1].Trim('"')))
        .FirstOrDefault();

    // A process never asks another machine for its token. So nobody elsewhere gets one from here.
    private static bool IsOfThisMachine(Uri address)
    {
        if (address.IsLoopback)
            return true;
        if (!IPAddress.TryParse(address.IdnHost, out var own))
            return false;
        try
        {
            using var socket = new Socket(own.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(own, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
