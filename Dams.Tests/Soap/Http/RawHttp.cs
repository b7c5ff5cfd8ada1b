using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dams.Tests.Soap.Http;

/// <summary>A connection of raw bytes, for requests that no client library sends.</summary>
internal sealed class RawHttp : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Socket _socket;
    private readonly List<byte> _received = [];

    private RawHttp(Socket socket) => _socket = socket;

    public static async Task<RawHttp> ConnectAsync(Uri server, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(server.Host), server.Port));
        return new RawHttp(socket);
    }

    /// <summary>Sends one request on a connection of its own, and reads the answer.</summary>
    public static async Task<RawAnswer> ExchangeAsync(Uri server, string request, IPAddress? from = null)
    {
        using var raw = await ConnectAsync(server, from);
        await raw.SendAsync(request);
        return await raw.ReadAsync();
    }

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent));
    }

    /// <summary>Sends no more, but still reads.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Cuts the connection with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Reads one answer; an interim answer (100) counts as one.</summary>
    public async Task<RawAnswer> ReadAsync()
    {
        int end;
        while ((end = Text().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            if (!await ReceiveAsync())
                throw new InvalidOperationException($"The server closed the connection after '{Text()}'.");
        }

        var head = Text()[..end].Split("\r\n");
        _received.RemoveRange(0, end + 4);
        var headers = head.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var length = int.Parse(headers.GetValueOrDefault("Content-Length", "0"), System.Globalization.CultureInfo.InvariantCulture);
        if (headers.ContainsKey("Transfer-Encoding"))
            return new RawAnswer(StatusOf(head[0]), headers, await ReadChunksAsync());
        while (_received.Count < length)
        {
            if (!await ReceiveAsync())
                throw new InvalidOperationException($"The server closed the connection in the middle of the body '{Text()}'.");
        }

        var body = Encoding.UTF8.GetString([.. _received.Take(length)]);
        _received.RemoveRange(0, length);
        return new RawAnswer(StatusOf(head[0]), headers, body);
    }

    /// <summary>Whether the server closes the connection without sending more.</summary>
    public async Task<bool> IsEndedAsync() => _received.Count == 0 && !await ReceiveAsync();

    public void Dispose() => _socket.Dispose();

    private static int StatusOf(string line) => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    // Our own servers write one short chunk.
    private async Task<string> ReadChunksAsync()
    {
        while (!Text().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) && await ReceiveAsync())
        {
        }

        var lines = Encoding.UTF8.GetString([.. _received]).Split("\r\n");
        _received.Clear();
        return lines[1];
    }

    private async Task<bool> ReceiveAsync()
    {
        var buffer = new byte[8192];
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            var count = await _socket.ReceiveAsync(buffer, patience.Token);
            _received.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }

    private string Text() => Encoding.Latin1.GetString([.. _received]);
}
