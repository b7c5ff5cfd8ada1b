using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Dams.Cli.Bench;

/// <summary>
/// One keep-alive connection that posts envelopes. It is a socket and two buffers, because a general HTTP client costs more processor time
/// than the server that is measured. Answers must have a Content-Length, as this service's have.
/// </summary>
internal sealed class RawHttpConnection : IDisposable
{
    private const int AnswerBytesMax = 1 << 20;
    private static readonly byte[] s_endOfHead = "\r\n\r\n"u8.ToArray();
    private readonly Uri _url;
    private readonly byte[] _request = new byte[4096];
    private Socket _socket;
    private byte[] _answer = new byte[8192];

    private RawHttpConnection(Uri url, Socket socket)
    {
        _url = url;
        _socket = socket;
    }

    public static async Task<RawHttpConnection> OpenAsync(Uri url, CancellationToken stop) =>
        new(url, await ConnectAsync(url, stop).ConfigureAwait(false));

    /// <summary>Connects again after the connection broke.</summary>
    public async Task ReopenAsync(CancellationToken stop)
    {
        _socket.Dispose();
        _socket = await ConnectAsync(_url, stop).ConfigureAwait(false);
    }

    private static async Task<Socket> ConnectAsync(Uri url, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port, stop).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return socket;
    }

    /// <summary>Posts an envelope and waits for the answer.</summary>
    /// <returns>The HTTP status and the body.</returns>
    /// <exception cref="IOException">The connection broke, or the answer can't be read.</exception>
    public async Task<(int Status, string Body)> PostAsync(string envelope, CancellationToken stop)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST {_url.AbsolutePath} HTTP/1.1\r\nHost: {_url.Authority}\r\nContent-Type: text/xml; charset=utf-8\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(envelope)}\r\n\r\n");
        var length = Encoding.UTF8.GetBytes(head, _request);
        length += Encoding.UTF8.GetBytes(envelope, _request.AsSpan(length));
        await _socket.SendAsync(_request.AsMemory(0, length), SocketFlags.None, stop).ConfigureAwait(false);
        var received = 0;
        while (true)
        {
            var count = await _socket.ReceiveAsync(_answer.AsMemory(received), SocketFlags.None, stop).ConfigureAwait(false);
            if (count == 0)
                throw new IOException("the server closed the connection");
            received += count;
            var endOfHead = _answer.AsSpan(0, received).IndexOf(s_endOfHead);
            if (endOfHead < 0)
                continue;
            var bodyFrom = endOfHead + s_endOfHead.Length;
            var bodyLength = ContentLengthOf(_answer.AsSpan(0, bodyFrom));
            if (received - bodyFrom >= bodyLength)
                return (StatusOf(_answer), Encoding.UTF8.GetString(_answer, bodyFrom, bodyLength));
            if (bodyFrom + bodyLength > _answer.Length)
                Array.Resize(ref _answer, bodyFrom + bodyLength);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static int StatusOf(ReadOnlySpan<byte> answer) =>
        Utf8Parser.TryParse(answer["HTTP/1.1 ".Length..], out int status, out _)
            ? status
            : throw new IOException("the answer has no status");

    private static int ContentLengthOf(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        if (at < 0 || !Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) || length is < 0 or > AnswerBytesMax)
            throw new IOException("the answer has no usable Content-Length");
        return length;
    }
}
