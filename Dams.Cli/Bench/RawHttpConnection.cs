using System.Buffers.Text;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Dams.Cli.Client;

namespace Dams.Cli.Bench;

/// <summary>
/// One keep-alive connection that posts envelopes. It is a stream and two buffers, because a general HTTP client costs more processor time
/// than the server that is measured. Answers must have a Content-Length, as this service's have.
/// </summary>
internal sealed class RawHttpConnection : IDisposable
{
    private const int AnswerBytesMax = 1 << 20;
    private static readonly byte[] s_endOfHead = "\r\n\r\n"u8.ToArray();
    private readonly FrontEndAccess _access;
    private readonly byte[] _request = new byte[8192];
    private readonly string _authorization;
    private int _place;
    private Stream _stream;
    private byte[] _answer = new byte[8192];

    private RawHttpConnection(FrontEndAccess access, int place, Stream stream)
    {
        _access = access;
        _authorization = access.Authorization is { } header ? $"Authorization: {header}\r\n" : "";
        _place = place;
        _stream = stream;
    }

    /// <summary>The front end at the other end.</summary>
    public Uri Url => UrlAt(_access, _place);

    /// <summary>Connects to a front end, or to the next one if it does not answer.</summary>
    /// <param name="access">The front ends.</param>
    /// <param name="place">The number of the first that is tried, counted round and round.</param>
    /// <param name="stop">Ends the attempts.</param>
    /// <exception cref="SocketException">No front end takes the connection.</exception>
    /// <exception cref="AccessException">The certificate of the last front end is not trusted.</exception>
    public static async Task<RawHttpConnection> OpenAsync(FrontEndAccess access, int place, CancellationToken stop)
    {
        var (found, stream) = await ConnectAsync(access, place, stop).ConfigureAwait(false);
        return new RawHttpConnection(access, found, stream);
    }

    /// <summary>Connects again after the connection broke, to the same front end if it answers.</summary>
    public async Task ReopenAsync(CancellationToken stop)
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        (_place, _stream) = await ConnectAsync(_access, _place, stop).ConfigureAwait(false);
    }

    private static Uri UrlAt(FrontEndAccess access, int place) => access.Urls[place % access.Urls.Count];

    private static async Task<(int Place, Stream Stream)> ConnectAsync(FrontEndAccess access, int place, CancellationToken stop)
    {
        for (var tried = 1; ; tried++, place++)
        {
            try
            {
                return (place, await ConnectAsync(access, UrlAt(access, place), stop).ConfigureAwait(false));
            }
            catch (Exception problem) when (tried < access.Urls.Count && problem is SocketException or IOException or AccessException)
            {
                continue;
            }
        }
    }

    private static async Task<Stream> ConnectAsync(FrontEndAccess access, Uri url, CancellationToken stop)
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

        var stream = new NetworkStream(socket, ownsSocket: true);
        return url.Scheme == Uri.UriSchemeHttps
            ? await SecureAsync(stream, new CertificateCheck(access, url), stop).ConfigureAwait(false)
            : stream;
    }

    private static async Task<Stream> SecureAsync(NetworkStream stream, CertificateCheck certificate, CancellationToken stop)
    {
        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(certificate.Options, stop).ConfigureAwait(false);
            return secured;
        }
        catch (Exception problem)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            if (problem is not AuthenticationException)
                throw;
            throw certificate.Refusal ?? (Exception)new IOException(problem.Message, problem);
        }
    }

    /// <summary>Posts an envelope and waits for the answer.</summary>
    /// <returns>The HTTP status and the body.</returns>
    /// <exception cref="IOException">The connection broke, or the answer can't be read.</exception>
    public async Task<(int Status, string Body)> PostAsync(string envelope, CancellationToken stop)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST {Url.AbsolutePath} HTTP/1.1\r\nHost: {Url.Authority}\r\nContent-Type: text/xml; charset=utf-8\r\n{_authorization}"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(envelope)}\r\n\r\n");
        var length = Encoding.UTF8.GetBytes(head, _request);
        length += Encoding.UTF8.GetBytes(envelope, _request.AsSpan(length));
        await _stream.WriteAsync(_request.AsMemory(0, length), stop).ConfigureAwait(false);
        var received = 0;
        while (true)
        {
            var count = await _stream.ReadAsync(_answer.AsMemory(received), stop).ConfigureAwait(false);
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

    public void Dispose() => _stream.Dispose();

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
