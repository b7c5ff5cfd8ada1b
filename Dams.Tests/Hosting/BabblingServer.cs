using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dams.Tests.Hosting;

/// <summary>
/// Answers each HTTP request with the bytes that a test sets, whatever they are; without bytes it sends nothing at all. The settings may
/// be changed at any time; a request gets those that hold at its arrival.
/// </summary>
internal sealed class BabblingServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly Task _accepting;
    private int _asked;
    private int _left;

    public BabblingServer(IPEndPoint listen)
    {
        _listener = new TcpListener(listen);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The bytes of an answer; null for silence.</summary>
    public byte[]? Says { get; set; }

    /// <summary>Bytes that follow the answer, again and again, until the client ends the connection; null for none.</summary>
    public byte[]? GoesOnWith { get; set; }

    /// <summary>Whether the server waits after an answer until the client ends the connection.</summary>
    public bool Lingers { get; set; }

    /// <summary>How often the client has ended the connection first.</summary>
    public int Left => Volatile.Read(ref _left);

    /// <summary>The number of requests so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>An HTTP response with this body.</summary>
    public static byte[] Http(string body, string contentType = "text/xml; charset=utf-8", string status = "200 OK") =>
        Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
            + $"Connection: close\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        // The listener must still be there: the loop may just have accepted a connection, and then asks for the next one.
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_conversations);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _conversations.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                // A test's request comes in one piece or a few; only the first one is needed.
                if (await stream.ReadAsync(new byte[65_536], _stopping.Token) == 0)
                    return;
                var (words, more, lingers) = (Says, GoesOnWith, Lingers);
                Interlocked.Increment(ref _asked);
                if (words is not null)
                    await stream.WriteAsync(words, _stopping.Token);
                while (more is not null)
                    await stream.WriteAsync(more, _stopping.Token);
                if (words is not null && !lingers)
                    return;
                await stream.CopyToAsync(Stream.Null, _stopping.Token);
                Interlocked.Increment(ref _left);
            }
            catch (OperationCanceledException)
            {
                // The server stops.
            }
            catch (IOException)
            {
                // The client has given up.
                Interlocked.Increment(ref _left);
            }
        }
    }
}
