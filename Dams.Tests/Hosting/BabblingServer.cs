using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dams.Tests.Hosting;

/// <summary>Takes HTTP requests and answers each with the bytes it was given, whatever they are; with none, it says nothing at all.</summary>
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

    /// <summary>What it says; may be changed at any time, as the others: what counts is what they are when a request comes.</summary>
    public byte[]? Says { get; set; }

    /// <summary>What it says after that, over and over, until the other side has enough; null is nothing.</summary>
    public byte[]? GoesOnWith { get; set; }

    /// <summary>When it has said all, it waits for the other side to end the connection.</summary>
    public bool Lingers { get; set; }

    /// <summary>How often the other side has ended the connection first.</summary>
    public int Left => Volatile.Read(ref _left);

    /// <summary>How many requests have come.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>An answer with this body.</summary>
    public static byte[] Http(string body, string contentType = "text/xml; charset=utf-8", string status = "200 OK") =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        // Before the listener goes: one that has just accepted asks it for the next.
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
            // Told to stop.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                // Requests of the tests come in one piece or a few; what comes after the first is not needed.
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
                // Told to stop.
            }
            catch (IOException)
            {
                // The other side has given up.
                Interlocked.Increment(ref _left);
            }
        }
    }
}
